import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createRegexEngine } from '@httpd-ts/regex';
import { describe, expect, it } from 'vitest';
import { checkExample } from './check-example.ts';

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);

/** What the caret stands under, for each finding of Apache's own. */
async function marked(config: string): Promise<string[]> {
  const findings = await checkExample({ config }, regex);
  return findings
    .filter(({ origin }) => origin === 'apache')
    .flatMap(({ excerpt }) =>
      excerpt === undefined ? [] : [excerpt.text.slice(excerpt.column - 1, excerpt.endColumn - 1)],
    );
}

describe('the caret stands under', () => {
  it.each([
    ['an argument that the message names', 'Options Indexes Foo\n', 'Foo'],
    ['an argument that the message quotes', 'RewriteRule ^a(b /c\n', '^a(b'],
    ['the only argument', 'KeepAliveTimeout abc\n', 'abc'],
    ['a variable that is not defined', 'ServerAdmin a@${NO_SUCH_NAME}\n', '${NO_SUCH_NAME}'],
    ['the name where arguments are missing', 'Header set\n', 'Header'],
    ['the name where it may not stand', 'Require all\n', 'Require'],
  ])('%s', async (_title, config, expected) => {
    expect(await marked(config)).toContain(expected);
  });
});

describe('a wrong keyword', () => {
  it.each([
    ['Options +Index', 'Indexes', /FollowSymLinks/],
    ['AllowOverride FileInof', 'FileInfo', /AuthConfig/],
    ['IndexOptions FancyIndexin NameWidth=*', 'FancyIndexing', /HTMLTable/],
    ['FileETag Foo', undefined, /MTime/],
    ['RewriteRule ^a /b [QSAA,L]', 'QSA', /brackets/],
    ['RewriteCond a b [NOCAS]', 'nocase', /brackets/],
    ['RewriteOptions Inherits', 'Inherit', /MergeBase/],
    ['Require valid-users', 'valid-user', /expr/],
    ['ProxyPass http://127.0.0.1/ timout=5', 'timeout', /loadfactor/],
    ['ProxyPass balancer://x stickysesion=5', 'stickysession', /lbmethod/],
    ['LogLevel wran', 'warn', /emerg/],
    ['Order allow,deni', 'Allow,Deny', /Mutual-failure/],
    ['IndexOptions Charset', undefined, /as the message says/],
  ])('%s', async (line, nearest, instead) => {
    const findings = await checkExample({ config: `<Location />\n${line}\n</Location>\n` }, regex);
    const [refused] = findings.filter(({ severity, origin }) => severity === 'error' && origin === 'apache');
    expect(refused).toMatchObject({ line: 2, instead: expect.stringMatching(instead) });
    expect(refused?.didYouMean).toBe(nearest);
  });
});

describe('a mistake about back ends', () => {
  it.each([
    ['<Proxy balancer://a>\nBalancerMember 10.0.0.1:80\n</Proxy>', '10.0.0.1:80', /scheme/],
    ['<Proxy balancer://a>\nProxySet lbmethod=roundrobin\n</Proxy>', 'lbmethod=roundrobin', /byrequests/],
    ['\nProxySet timeout=5', 'timeout=5', /URL first/],
  ])('%j is shown at %s', async (config, word, instead) => {
    const findings = await checkExample({ config: `${config}\n` }, regex);
    const refused = findings.find(({ severity, origin }) => severity === 'error' && origin === 'apache');
    expect(refused).toMatchObject({ line: 2, instead: expect.stringMatching(instead) });
    const { excerpt } = refused!;
    expect(excerpt?.text.slice(excerpt.column - 1)).toBe(word);
  });
});

/** The errors of a configuration by their lines. */
const errors = async (config: string) =>
  (await checkExample({ config }, regex))
    .filter(({ severity }) => severity === 'error')
    .map(({ line, text }) => `${line}: ${text.replace(/^.*: (?=Expected)/, '')}`);

describe('one wrong closing line is one error', () => {
  it.each([
    [
      'of another name',
      '<VirtualHost *:80>\n<Directory />\n</Location>\n</VirtualHost>\n',
      ['3: Expected </Directory> but saw </Location>'],
    ],
    [
      'too many',
      '<VirtualHost *:80>\n</Directory>\n</VirtualHost>\n',
      ['2: Expected </VirtualHost> but saw </Directory>'],
    ],
    [
      'missing',
      '<VirtualHost *:80>\n<Directory />\n</VirtualHost>\n',
      ['3: Expected </Directory> but saw </VirtualHost>'],
    ],
    ['misspelt at the end', '<Directory />\n</Directry>\n', ['2: Expected </Directory> but saw </Directry>']],
    [
      'two, each its own',
      '<VirtualHost *:80>\n<Directory />\n</Location>\n</Files>\n',
      ['3: Expected </Directory> but saw </Location>', '4: Expected </VirtualHost> but saw </Files>'],
    ],
  ])('%s', async (_title, config, expected) => {
    expect(await errors(config)).toEqual(expected);
  });
});

describe('an encoding that no server reads is named', () => {
  it.each([
    ['\xff\xfeS\0e\0', 'UTF-16'],
    ['\xfe\xff\0S\0e', 'UTF-16'],
    ['S\0e\0r\0v\0', 'UTF-16'],
    ['\xef\xbb\xbfServerName x\n', 'UTF-8 with a byte order mark'],
  ])('%j', async (config, expected) => {
    const [first] = await checkExample({ config }, regex);
    expect(first?.instead).toContain(expected);
  });
});
