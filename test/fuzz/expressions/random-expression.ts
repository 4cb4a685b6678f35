import fc from 'fast-check';
import { expressionVariables } from '../expression-variables.ts';

const choose = <T>(...values: readonly T[]) => fc.constantFrom(...values);

const variables = [
  ...expressionVariables,
  'HTTP_PROXY_CONNECTION',
  'SERVER_PROTOCOL_VERSION',
  'SERVER_PROTOCOL_VERSION_MAJOR',
  'SERVER_PROTOCOL_VERSION_MINOR',
  'TIME_MON',
  'TIME_DAY',
  'TIME_WDAY',
] as const;

const variable = fc.oneof(
  { weight: 12, arbitrary: choose(...variables) },
  { weight: 2, arbitrary: choose(...variables).map((name) => name.toLowerCase()) },
  { weight: 1, arbitrary: choose('SSL_CIPHER', 'SSL_SESSION_ID', 'NONE', 'HTTP_', 'a') },
);

const functionName = fc.oneof(
  {
    weight: 20,
    arbitrary: choose(
      'req',
      'http',
      'req_novary',
      'resp',
      'reqenv',
      'osenv',
      'note',
      'env',
      'tolower',
      'toupper',
      'escape',
      'unescape',
      'base64',
      'unbase64',
      'md5',
      'sha1',
      'ldap',
    ),
  },
  { weight: 2, arbitrary: choose('TOLOWER', 'Req', 'ReqEnv', 'file', 'filesize', 'ssl', 'none', 'File') },
);

const key = choose(
  'A',
  'B',
  'a',
  'Cookie',
  'Host',
  'X-Long',
  'v1',
  'v2',
  'PATH',
  'Content-Type',
  'Referer',
  'User-Agent',
  'Accept',
  'None',
);

const plain = choose(
  'a',
  'abc',
  'ABC',
  'A b',
  '',
  '/',
  'x/y',
  '%2f',
  '%2F%41%zz',
  '%41%42',
  '%zz',
  '%00',
  '%',
  'YWJj',
  'YQ==',
  '!!',
  '1',
  '10',
  '-3',
  '+4',
  ' 5',
  '007',
  '1.5',
  '0x10',
  '9223372036854775808',
  '-9223372036854775809',
  'caf\xe9',
  '\x80\xff',
  '*',
  'a*',
  '?b*',
  '[a-c]*',
  '[!a]*',
  '\\*',
  '/*/*',
  '(a)',
  'a,b;c',
  'a+b <c> "d"',
  '127.0.0.1',
  '127.0.0.0/8',
  '::1',
  '10.0.0.1',
  '/e/a.txt',
  '/sub/',
  '/none',
  '@ROOT@/html/index.html',
  '@ROOT@/html',
  '@ROOT@/html/none',
  '@ROOT@/html/empty.txt',
  '@ROOT@/html/link',
  '@ROOT@/html/dangling',
  '@ROOT@/html/run.sh',
  '/etc/shadow',
  'On',
  'off',
  'no',
  'FALSE',
  '0',
  '00',
  'None',
);

const quoted = (text: string, quote = "'") => quote + text.replace(/[\\'"]/g, '\\$&') + quote;

/** Pieces of patterns; none can go beyond linear backtracking. */
const pattern = fc
  .tuple(
    choose('', '^', '\\A', '(?i)'),
    choose(
      'a',
      '(a)(b)?',
      '/(.*)',
      '([a-z]+)',
      '(\\w+) (\\S+)',
      '.',
      '',
      '(?<word>[A-Z]+)',
      '(x|abc)',
      '[^/]+',
      '(a)|(b)|(c)',
      '((a)(b)(c))',
      '(.)(.)(.)(.)(.)(.)(.)(.)(.)(.)',
      '(\\d+)\\.(\\d+)',
      '\\x41',
      '[[:alpha:]]+',
      'caf\xe9',
      '(?:a|b)+',
      '(.*)',
      'Mozilla|curl',
      '(?#c)b',
      '\\bGET\\b',
      'a{2',
      '(',
    ),
    choose('', '$', '\\Z', '\\b'),
  )
  .map((parts) => parts.join(''));

const frames = [
  '/@/',
  '/@/i',
  'm#@#',
  'm#@#i',
  'm|@|',
  'm,@,i',
  'm!@!',
  'm;@;',
  'm%@%',
  "m'@'",
  'm"@"',
  'm.@.',
  'm^@^',
  'm?@?',
  'm-@-',
  'm:@:',
  'm_@_',
  'm$@$',
  '/@/s',
  '/@/m',
  '/@/x',
  '/@/ig',
];

interface Words {
  readonly word: string;
  readonly text: string;
  readonly condition: string;
  readonly list: string;
}

const { text, condition } = fc.letrec<Words>((tie) => ({
  /** What may stand inside of quotes, and where a whole text is an expression. */
  text: fc
    .array(
      fc.oneof(
        { weight: 4, arbitrary: plain.map((one) => one.replace(/[\\'"]/g, '\\$&')) },
        { weight: 4, arbitrary: variable.map((name) => `%{${name}}`) },
        {
          weight: 2,
          arbitrary: choose(
            '$0',
            '$1',
            '$2',
            '$9',
            '$',
            '$a',
            '\\$1',
            '\\n',
            '\\t',
            '\\x',
            '\\101',
            '\\8',
            '\\477',
            '%%',
            '\\%{A}',
            '{',
            '}',
          ),
        },
        {
          weight: 4,
          arbitrary: fc.tuple(functionName, key).map(([name, argument]) => `%{${name}:${argument}}`),
        },
        {
          weight: 2,
          arbitrary: fc.tuple(functionName, variable).map(([name, argument]) => `%{${name}:%{${argument}}}`),
        },
        {
          weight: 1,
          arbitrary: fc
            .tuple(functionName, functionName, key)
            .map(([outer, inner, argument]) => `%{${outer}:x%{${inner}:${argument}}$1}`),
        },
      ),
      { minLength: 0, maxLength: 4 },
    )
    .map((parts) => parts.join('')),
  word: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 3, arbitrary: variable.map((name) => `%{${name}}`) },
    { weight: 3, arbitrary: fc.tuple(plain, choose("'", '"')).map(([one, quote]) => quoted(one, quote)) },
    { weight: 2, arbitrary: choose('1', '10', '007', '$0', '$1', '$2', '$9', '99999999999999999999') },
    {
      weight: 2,
      arbitrary: fc.tuple(tie('text'), choose("'", '"')).map(([one, quote]) => quote + one + quote),
    },
    {
      weight: 3,
      arbitrary: fc.tuple(functionName, key).map(([name, argument]) => `${name}('${argument}')`),
    },
    { weight: 1, arbitrary: fc.tuple(functionName, key).map(([name, argument]) => `%{${name}:${argument}}`) },
    {
      weight: 2,
      arbitrary: fc.tuple(functionName, tie('word')).map(([name, of]) => `${name}(${of})`),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(tie('word'), tie('word'), choose(' . ', '.'))
        .map(([one, other, dot]) => one + dot + other),
    },
  ),
  list: fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(fc.array(tie('word'), { minLength: 1, maxLength: 4 }), choose(', ', ','))
        .map(([words, comma]) => `{${words.join(comma)}}`),
    },
    { weight: 1, arbitrary: choose("PeerExtList('1.2.3')", "peerextlist('x')", "none('x')", '{}') },
  ),
  condition: fc.oneof<fc.WeightedArbitrary<string>[]>(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 1, arbitrary: choose('true', 'false', 'TRUE', 'False') },
    {
      weight: 5,
      arbitrary: fc
        .tuple(
          tie('word'),
          choose(
            ...['==', '=', '!=', '<', '<=', '>', '>='],
            ...['-eq', 'eq', '-ne', 'ne', '-lt', 'lt', '-le', 'le', '-gt', 'gt', '-ge', 'ge', '-EQ', 'Ge'],
          ),
          tie('word'),
        )
        .map((parts) => parts.join(' ')),
    },
    {
      weight: 5,
      arbitrary: fc
        .tuple(tie('word'), choose('=~', '!~'), pattern, choose(...frames))
        .filter(([, , one, frame]) => !one.includes(frame.replace('m', '')[0]!))
        .map(([left, operator, one, frame]) => `${left} ${operator} ${frame.replace('@', () => one)}`),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(tie('word'), choose('in', '-in', 'IN'), tie('list'))
        .map((parts) => parts.join(' ')),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(tie('word'), choose('-strmatch', '-strcmatch', '-fnmatch', '-STRMATCH', '-none'), tie('word'))
        .map((parts) => parts.join(' ')),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(
          choose("%{REMOTE_ADDR} -ipmatch '@'", "-R '@'", "req('A') -ipmatch '@'", "'10.1.2.3' -ipmatch '@'"),
          choose(
            '127.0.0.0/8',
            '10.0.0.0/255.0.0.0',
            '127.0.0.1',
            '::1',
            '127',
            '10.1',
            '::/0',
            '1.2.3.4/33',
            'x',
            '10.1.2.3/8',
          ),
        )
        .map(([form, subnet]) => form.replace('@', subnet)),
    },
    {
      weight: 4,
      arbitrary: fc
        .tuple(
          choose('-n', '-z', '-T', '-d', '-e', '-f', '-s', '-L', '-h', '-x', '-F', '-U', '-A', '-N', '-q'),
          tie('word'),
        )
        .map((parts) => parts.join(' ')),
    },
    {
      weight: 4,
      arbitrary: fc
        .tuple(tie('condition'), choose(' && ', ' || ', ' and ', ' or ', '&&', ' AND '), tie('condition'))
        .map((parts) => parts.join('')),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(choose('!', '! ', 'not ', ''), tie('condition'))
        .map(([not, one]) => `${not}(${one})`),
    },
    { weight: 1, arbitrary: tie('condition').map((one): string => `!${one}`) },
    { weight: 1, arbitrary: fc.tuple(tie('word'), choose('', ' ')).map((parts) => parts.join('')) },
  ),
}));

/** What is put into an expression now and then, or takes the place of something in it. */
const slip = choose(
  '',
  '',
  "'",
  '"',
  '{',
  '}',
  '(',
  ')',
  '%',
  '$',
  '\\',
  '/',
  ' ',
  ',',
  '&',
  '|',
  '!',
  '=',
  '~',
  '<',
  '>',
  '-',
  '.',
  '#',
  '\t',
  '0',
  'm',
  'a',
);

/** A text, or one with a mistake in it. */
const sometimesBroken = (arbitrary: fc.Arbitrary<string>) =>
  fc
    .tuple(arbitrary, fc.boolean(), fc.boolean(), fc.boolean(), fc.nat(), fc.nat(2), slip)
    .map(([whole, ...[one, two, three, place, length, insert]]) => {
      if (!(one && two && three)) return whole;
      const at = place % (whole.length + 1);
      return whole.slice(0, at) + insert + whole.slice(at + length);
    });

/** A condition of ap_expr. */
export const randomCondition: fc.Arbitrary<string> = sometimesBroken(condition);
/** A text with variables, as `expr=` takes it. */
export const randomText: fc.Arbitrary<string> = sometimesBroken(text);
