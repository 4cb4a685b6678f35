import fc from 'fast-check';
import type { DirectiveFacts } from './value-pool.ts';

/** A configuration to compare verdicts on. */
export interface GeneratedCase {
  readonly config: string;
  readonly files: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  /** What is loaded: `all` modules, or those that load fast. */
  readonly preamble: 'all' | 'light';
}

/** Arguments of no directive in particular: numbers, paths, patterns and texts on both sides of what is allowed. */
const words = [
  '0',
  '1',
  '-1',
  '5',
  '007',
  '64',
  '100',
  '4096',
  '65535',
  '65536',
  '2147483647',
  '2147483648',
  '99999999999999999999',
  '0x10',
  '1.5',
  '10s',
  '500ms',
  '2min',
  '3h',
  '+1',
  '1k',
  '10M',
  '-',
  '*',
  '.',
  '..',
  '/',
  '//',
  'on',
  'Off',
  'ON',
  'yes',
  'no',
  'none',
  'None',
  'All',
  'any',
  'auto',
  'default',
  'unset',
  'set',
  'a',
  'A',
  'abc',
  'x=y',
  'x=',
  '=y',
  '!x',
  '-x',
  '+x',
  'example.com',
  'http://example.com/',
  'https://a.example:8443/x',
  'ftp://h',
  'balancer://b',
  'unix:/s|http://h/',
  'ajp://h',
  'fcgi://h:9000',
  '/x',
  '/x/',
  'x',
  'htdocs',
  'htdocs/index.html',
  '/nonexistent',
  'logs/x.log',
  '"|cat"',
  '"a b"',
  "'a b'",
  '""',
  "''",
  '"a',
  "'a",
  'a"b',
  'a\\b',
  '"a\\"b"',
  '\\',
  '${A}',
  '${NOPE}',
  'a${A}b',
  '%{HTTP_HOST}',
  '%{ENV:X}',
  '%{nope}',
  '%h',
  '%{X}i',
  '%',
  '%>s',
  '$1',
  '(a',
  '(a)',
  '[a',
  'a{2,1}',
  '^/x$',
  '^',
  '\\.php$',
  '(?i)x',
  '*x',
  'text/html',
  'text/',
  '/html',
  'html',
  '.html',
  'en',
  'utf-8',
  'GET',
  'get',
  'POST',
  'FOO',
  '[L]',
  '[R=301,L]',
  '[X]',
  '[',
  '[L',
  'env=X',
  'env=!X',
  'expr=true',
  '"expr=%{X} == 1"',
  'expr=(',
  'true',
  'false',
  '127.0.0.1',
  '127.0.0.1:80',
  '*:80',
  '[::1]:80',
  '300.1.1.1',
  '10.0.0.0/8',
  '10.0.0.0/99',
  'localhost:80',
  ':80',
  '80',
  '0.0.0.0',
  '_default_',
  'user',
  'www-data',
  '#33',
  'granted',
  'denied',
  'file',
  'mod_rewrite.c',
  'rewrite_module',
  'core',
  'debug',
  'trace8',
  'ssl:info',
  'byrequests',
  'INCLUDES',
  'gzip',
  'x-gzip',
  '\xe9',
  '\xa0',
  'caf\xc3\xa9',
  '>',
  '<',
  '>>',
  '#',
  '# x',
  ';',
  ',',
  '|',
  '\t',
  'cookie:a',
  'header:X-Y',
];

const sections = [
  '<VirtualHost *:80>',
  '<VirtualHost 127.0.0.1:81 *:82>',
  '<Directory />',
  '<Directory "htdocs">',
  '<DirectoryMatch "^/x">',
  '<Location /x>',
  '<LocationMatch "^/x">',
  '<Files x>',
  '<FilesMatch "x$">',
  '<If "true">',
  '<Proxy *>',
  '<Proxy balancer://b>',
  '<ProxyMatch x>',
  '<Limit GET>',
  '<LimitExcept GET>',
  '<RequireAny>',
  '<RequireAll>',
  '<RequireNone>',
  '<IfModule mod_rewrite.c>',
  '<IfModule !nope.c>',
  '<IfDefine !NOPE>',
  '<IfVersion >= 2.4>',
  '<Macro m $a>',
  '<IfFile htdocs>',
  '<IfDirective Listen>',
  '<Else>',
  '<ElseIf "false">',
  '<AuthnProviderAlias file f1>',
  '<AuthzProviderAlias env e1 X>',
  '<MDomainSet a.example>',
  '<IfSection VirtualHost>',
];

/** Modules that take long to load, as they bring libraries. */
const heavySources =
  /^(?:mod_ssl|ssl_\w+|mod_lua|mod_md|util_ldap|mod_ldap|mod_authnz_ldap|mod_http2|mod_proxy_http2|mod_dbd|mod_\w+_dbd|mod_dav\w*|mod_session_crypto|mod_brotli|mod_xml2enc|mod_proxy_html|mod_socache_(?:memcache|redis))\.c$/;

/** Generates configurations from the directives there are and the arguments that have been seen with them. */
export function cases(
  directives: readonly DirectiveFacts[],
  values: ReadonlyMap<string, string[]>,
): fc.Arbitrary<GeneratedCase> {
  const light = directives.filter(({ sources }) => !sources.every((source) => heavySources.test(source)));
  return fc.oneof(
    { weight: 4, arbitrary: casesWith('light', light, values) },
    { weight: 1, arbitrary: casesWith('all', directives, values) },
  );
}

/** Arguments as a directive has been seen with, such with one change, and anything. */
const argumentsFor = (word: fc.Arbitrary<string>) => (seen: readonly string[]) => {
  const anything = fc.array(word, { minLength: 0, maxLength: 4 }).map((list) => list.join(' '));
  if (seen.length === 0) return anything;
  const known = fc.constantFrom(...seen);
  const changed = fc
    .tuple(known, word, fc.nat(8), fc.nat(8))
    .map(([args, other, at, how]) => mutate(args, other, at, how));
  return fc.oneof(
    { weight: 4, arbitrary: known },
    { weight: 4, arbitrary: changed },
    { weight: 2, arbitrary: anything },
  );
};

/** A `.htaccess` with what may be in it. */
export interface HtaccessCase {
  readonly allowOverride: string;
  readonly htaccess: string;
}

const overrides = [
  ...Array<string>(12).fill('All'),
  'None',
  'AuthConfig',
  'FileInfo',
  'Indexes',
  'Limit',
  'Options',
  'Options=Indexes,MultiViews',
  'AuthConfig Nonfatal=Override',
  'Nonfatal=All',
  'Nonfatal=Unknown',
  'None\nAllowOverrideList Redirect RewriteEngine Header',
  'Limit\nAllowOverrideList Options SetEnv',
];

const htaccessSections = [
  '<Files x.txt>',
  '<FilesMatch "x">',
  '<If "true">',
  '<If "-f">',
  '<IfModule mod_rewrite.c>',
  '<IfModule nope.c>',
  '<Limit GET>',
  '<LimitExcept POST>',
  '<RequireAny>',
  '<RequireAll>',
  '<RequireNone>',
  '<IfVersion >= 2.4>',
  '<Location />',
  '<Directory />',
];

/** `.htaccess` files of a line or a few, mostly of directives that may stand there. */
export function htaccessCases(
  directives: readonly DirectiveFacts[],
  values: ReadonlyMap<string, string[]>,
): fc.Arbitrary<HtaccessCase> {
  const argumentList = argumentsFor(fc.constantFrom(...words));
  const plain = directives.filter(({ name }) => !/^(?:<|Lua)/.test(name));
  const inside = plain.filter(({ flags }) => flags.some((flag) => /^OR_|ACCESS_CONF/.test(flag)));
  const lineOf = (among: readonly DirectiveFacts[]) =>
    fc
      .constantFrom(...among)
      .chain(({ name }) =>
        argumentList(values.get(name.toLowerCase()) ?? []).map((args) => `${name} ${args}\n`),
      );
  const line = fc.oneof(
    { weight: 16, arbitrary: lineOf(inside.length > 0 ? inside : plain) },
    { weight: 1, arbitrary: lineOf(plain) },
  );
  const block = fc
    .tuple(fc.constantFrom(...htaccessSections), line)
    .map(([open, text]) => `${open}\n${text}</${/^<(\w*)/.exec(open)![1]}>\n`);
  const htaccess = fc.oneof(
    { weight: 5, arbitrary: line },
    { weight: 2, arbitrary: block },
    {
      weight: 1,
      arbitrary: fc.array(fc.oneof(line, block), { maxLength: 4 }).map((parts) => parts.join('')),
    },
  );
  return fc.record({ allowOverride: fc.constantFrom(...overrides), htaccess });
}

/** One directive after the other with arguments of its own and others, where it may stand and where it may not. */
export function probes(
  directives: readonly DirectiveFacts[],
  values: ReadonlyMap<string, string[]>,
  seed: number,
  each: number,
): GeneratedCase[] {
  const argumentList = argumentsFor(fc.constantFrom(...words));
  const places = [
    undefined,
    undefined,
    undefined,
    'VirtualHost *:80',
    'Directory /x',
    'Location /x',
    'Files x',
  ];
  return directives
    .filter(({ name }) => !/^(?:<Lua|Lua_____)/.test(name))
    .flatMap(({ name, flags, sources }, index) => {
      const arbitrary = fc.tuple(
        argumentList(values.get(name.toLowerCase()) ?? []),
        fc.constantFrom(...places),
      );
      const isInside = flags.every((flag) => /^(?:ACCESS_CONF|OR_AUTHCFG|OR_LIMIT)$/.test(flag));
      const isHeavy = sources.every((source) => heavySources.test(source));
      return fc
        .sample(arbitrary, { seed: seed + index, numRuns: each })
        .map(([args, drawn]): GeneratedCase => {
          const place = drawn ?? (isInside ? 'Directory /x' : undefined);
          const section = name.startsWith('<');
          const line = section ? `${name} ${args}>\n</${name.slice(1)}>` : `${name} ${args}`;
          const config = place === undefined ? line : `<${place}>\n${line}\n</${place.split(' ')[0]}>`;
          return { config: `${config}\n`, files: {}, args: ['-t'], preamble: isHeavy ? 'all' : 'light' };
        });
    });
}

function casesWith(
  preamble: 'all' | 'light',
  directives: readonly DirectiveFacts[],
  values: ReadonlyMap<string, string[]>,
): fc.Arbitrary<GeneratedCase> {
  const word = fc.constantFrom(...words);
  const argumentList = argumentsFor(word);
  const spaces = fc.oneof(
    { weight: 12, arbitrary: fc.constant(' ') },
    fc.constantFrom('\t', '  ', ' \\\n', ' \\\n  ', '\v', '\r'),
  );
  // mod_lua takes the process down at some values of this one.
  const plain = directives.filter(({ name }) => !/^(?:<|Lua_____)/.test(name));
  const directive = fc.constantFrom(...plain).chain(({ name }) => {
    const spelled = fc.oneof(
      { weight: 9, arbitrary: fc.constant(name) },
      fc.constantFrom(name.toLowerCase(), name.toUpperCase(), `"${name}"`),
    );
    return fc
      .tuple(spelled, spaces, argumentList(values.get(name.toLowerCase()) ?? []))
      .map((parts) => parts.join(''));
  });
  const opening = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...sections) },
    {
      weight: 3,
      arbitrary: fc
        .constantFrom(...directives.filter(({ name }) => name.startsWith('<')))
        .chain(({ name }) =>
          argumentList(values.get(name.toLowerCase()) ?? []).map((args) => `${name} ${args}>`),
        ),
    },
  );
  const odd = fc.constantFrom(
    '',
    '# comment',
    '# comment \\',
    '\\',
    'FooBar on',
    '<Foo>',
    '</Foo>',
    '</VirtualHost>',
    '<',
    '>',
    '</',
    '<>',
    '</>',
    '"" x',
    'Use m x',
    'Use m',
    'Use nope',
    'Undefine A',
    'Define A b',
    'Define A "c d"',
    'Define B',
    'Error "stop ${A}"',
    'Include inc1.conf',
    'Include nope.conf',
    'IncludeOptional nope.conf',
    'Include *.inc',
    'IncludeOptional inc?.conf',
    'Include confdir',
    'LoadModule nope_module modules/mod_nope.so',
    'ServerName x\0y',
    '\xef\xbb\xbfServerName x',
    '\xa0ServerName x',
    'ServerName\xa0x',
    'Require all granted',
    'RewriteEngine on',
    'ProxyPass / http://h/',
    'AllowOverride None',
    'UndefMacro m',
  );
  const { line } = fc.letrec<{ line: string[]; block: string[] }>((tie) => ({
    line: fc.oneof(
      { weight: 10, arbitrary: directive.map((text) => [text]) },
      { weight: 3, arbitrary: tie('block') },
      { weight: 1, arbitrary: odd.map((text) => [text]) },
    ),
    block: fc
      .tuple(opening, fc.array(tie('line'), { maxLength: 3 }), fc.nat(29))
      .map(([open, content, how]) => {
        const close = `</${/^<(\w*)/.exec(open)![1]}>`;
        // The content of these is Lua, which is not read here.
        if (open.startsWith('<Lua')) return [open, close];
        const end =
          how === 0
            ? []
            : [
                how === 1
                  ? close.toLowerCase()
                  : how === 2
                    ? `${close} x`
                    : how === 3
                      ? close.slice(0, -1)
                      : close,
              ];
        return [open, ...content.flat(), ...end];
      }),
  }));
  const text = fc.tuple(fc.array(line, { minLength: 1, maxLength: 4 }), fc.nat(20)).map(([lines, how]) => {
    const all = lines.flat();
    return how === 0 ? all.join('\r\n') : how === 1 ? all.join('\n') : `${all.join('\n')}\n`;
  });
  const files = fc.record({ 'inc1.conf': text, 'inc2.conf': text, 'a.inc': text, 'confdir/x.conf': text });
  const args = fc.oneof(
    { weight: 12, arbitrary: fc.constant(['-t']) },
    fc.constantFrom(['-t', '-D', 'X'], ['-S'], ['-t', '-c', 'ServerAdmin x'], ['-T', '-t']),
  );
  return fc.record({ config: text, files, args, preamble: fc.constant(preamble) });
}

/** Numbers at the edges of what C's types, and the checks of directives, hold. */
const edges = [
  '0',
  '1',
  '2',
  '-1',
  '+1',
  '00',
  '9',
  '10',
  '99',
  '100',
  '101',
  '255',
  '256',
  '599',
  '600',
  '999',
  '1000',
  '4095',
  '4096',
  '32767',
  '32768',
  '65534',
  '65535',
  '65536',
  '2147483647',
  '2147483648',
  '-2147483649',
  '4294967295',
  '4294967296',
  '4294967297',
  '9223372036854775807',
  '9223372036854775808',
  '99999999999999999999',
  '1e3',
  '1.5',
  '0x1f',
  '',
];

/** Changes arguments in one way: another word in a place, one more, one less, a letter, a number, case, quotes or the end. */
function mutate(args: string, other: string, at: number, how: number): string {
  const parts = args.split(' ');
  const index = at % (parts.length + 1);
  const changed = (change: (word: string) => string) =>
    parts.with(at % parts.length, change(parts[at % parts.length]!)).join(' ');
  const letter = (at * 7) % (args.length + 1);
  switch (how) {
    case 0:
      return parts.toSpliced(index, 1, other).join(' ');
    case 1:
      return parts.toSpliced(index, 0, other).join(' ');
    case 2:
      return parts.toSpliced(index, 1).join(' ');
    case 3:
      return args.slice(0, letter) + other[0] + args.slice(letter + (at % 2));
    case 4:
    case 5: {
      const edge = edges[(at * 31 + args.length * 7 + other.length) % edges.length]!;
      return /\d/.test(args) ? args.replace(/\d+/, edge) : changed(() => edge);
    }
    case 6:
      return changed((word) => (at % 2 === 0 ? word.toUpperCase() : word.toLowerCase()));
    case 7:
      return changed((word) => (at % 2 === 0 ? `"${word}"` : `"${word} ${other.replaceAll('"', '')}"`));
    default:
      return changed((word) => (at % 2 === 0 ? word.slice(0, -1) : word + other[0]));
  }
}
