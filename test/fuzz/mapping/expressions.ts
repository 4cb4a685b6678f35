import fc from 'fast-check';
import { expressionVariables } from '../expression-variables.ts';

const choose = <T>(...values: readonly T[]) => fc.constantFrom(...values);

const variables = [...expressionVariables, 'request_uri'] as const;
const textFunctions = [
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
  'file',
  'filesize',
  'TOLOWER',
] as const;
const names = choose('A', 'B', 'Cookie', 'Host', 'X-Set', 'v1', 'v2', 'PATH', 'Content-Type', 'Location');

const plain = choose(
  'a',
  'abc',
  'A b',
  '',
  '/',
  'x/y',
  '%2f',
  '%41',
  '%zz',
  '%00',
  'YWJj',
  '10',
  '-3',
  '007',
  '1.5',
  'caf\xe9',
  '*',
  'a*',
  '?b',
  '[a-c]*',
  '127.0.0.1',
  '@SITE@/htdocs/a.txt',
  '@SITE@/htdocs/sub',
  '@SITE@/htdocs/empty.txt',
  '@SITE@/htdocs/none',
  '/a.txt',
  '/sub/',
  '/none',
  '/denied/x',
  'On',
  'off',
  'no',
  'FALSE',
  '0',
);
const inQuotes = (text: string) => text.replace(/[\\']/g, '\\$&');

/** Pieces that a pattern is made of; none can go beyond linear backtracking. */
const pattern = choose(
  'a',
  '^a',
  'b$',
  '(a)(b)?',
  '^/(.*)$',
  '([a-z]+)',
  '^(\\\\w+) (\\\\S+)',
  '.',
  '^$',
  '(?<word>[A-Z]+)',
  '(x|abc)',
  '[^/]+$',
);

interface Words {
  word: string;
  text: string;
  condition: string;
}

const { word, text, condition } = fc.letrec<Words>((tie) => ({
  /** What may stand inside of quotes. */
  text: fc
    .array(
      fc.oneof(
        { weight: 4, arbitrary: plain.map(inQuotes) },
        { weight: 3, arbitrary: choose(...variables).map((name) => `%{${name}}`) },
        { weight: 1, arbitrary: choose('$0', '$1', '$2', '$9', '$', '%', '\\\\x') },
        {
          weight: 3,
          arbitrary: fc
            .tuple(choose('req', 'reqenv', 'env', 'resp', 'note', 'req_novary'), names)
            .map(([name, argument]) => `%{${name}:${argument}}`),
        },
        {
          weight: 1,
          arbitrary: fc
            .tuple(choose(...textFunctions), choose(...variables))
            .map(([name, argument]) => `%{${name}:%{${argument}}}`),
        },
      ),
      { minLength: 1, maxLength: 3 },
    )
    .map((parts) => parts.join('')),
  word: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 3, arbitrary: choose(...variables).map((name) => `%{${name}}`) },
    { weight: 3, arbitrary: plain.map((one) => `'${inQuotes(one)}'`) },
    { weight: 1, arbitrary: choose('1', '10', '007', '$0', '$1', '$2') },
    { weight: 2, arbitrary: tie('text').map((one) => `'${one}'`) },
    {
      weight: 3,
      arbitrary: fc.tuple(choose(...textFunctions), names).map(([name, key]) => `${name}('${key}')`),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(choose(...textFunctions), tie('word')).map(([name, of]) => `${name}(${of})`),
    },
    { weight: 1, arbitrary: fc.tuple(tie('word'), tie('word')).map(([one, other]) => `${one} . ${other}`) },
  ),
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 1, arbitrary: choose('true', 'false') },
    {
      weight: 4,
      arbitrary: fc
        .tuple(
          tie('word'),
          choose('==', '=', '!=', '<', '<=', '>', '>=', '-eq', 'ne', '-lt', 'le', '-gt', 'ge', '-EQ'),
          tie('word'),
        )
        .map((parts) => parts.join(' ')),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(
          tie('word'),
          choose('=~', '!~'),
          pattern,
          choose('/@/', '/@/i', 'm#@#', 'm#@#i', 'm|@|s', 'm,@,m'),
        )
        .filter(([, , one, frame]) => !one.includes(frame.replace('m', '')[0]!))
        .map(([left, operator, one, frame]) => `${left} ${operator} ${frame.replace('@', () => one)}`),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(tie('word'), fc.array(tie('word'), { minLength: 1, maxLength: 3 }), choose('in', '-in'))
        .map(([one, list, operator]) => `${one} ${operator} {${list.join(', ')}}`),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(tie('word'), choose('-strmatch', '-strcmatch', '-fnmatch', '-STRMATCH'), tie('word'))
        .map((parts) => parts.join(' ')),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          choose("%{REMOTE_ADDR} -ipmatch '@'", "-R '@'", "req('A') -ipmatch '@'"),
          choose('127.0.0.0/8', '10.0.0.0/255.0.0.0', '127.0.0.1', '::1', '127'),
        )
        .map(([form, subnet]) => form.replace('@', subnet)),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(choose('-n', '-z', '-T', '-d', '-e', '-f', '-s', '-L', '-h', '-x'), tie('word'))
        .map((parts) => parts.join(' ')),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(tie('condition'), choose('&&', '||', 'and', 'or'), tie('condition'))
        .map((parts) => parts.join(' ')),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(choose('!', '! ', 'not '), tie('condition')).map(([not, one]) => `${not}(${one})`),
    },
    { weight: 1, arbitrary: tie('condition').map((one) => `!${one}`) },
  ),
}));

/** A condition of ap_expr. */
export const randomCondition: fc.Arbitrary<string> = condition;
/** A text with variables, as `expr=` takes it. */
export const randomText: fc.Arbitrary<string> = text;
export const randomWord: fc.Arbitrary<string> = word;
