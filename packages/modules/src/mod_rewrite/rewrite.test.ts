import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { memoryWorld } from '@httpd-ts/kernel/memory-world';
import { createRegexEngine } from '@httpd-ts/regex';
import { describe, expect, it } from 'vitest';
import { core } from '../core/index.ts';
import { inMemoryServer } from '../in-memory-server.ts';
import { modAuthzCore } from '../mod_authz_core/index.ts';
import { modDbd } from '../mod_dbd/index.ts';
import { mpmEvent } from '../mpm_event/index.ts';

import { modRewrite } from './index.ts';

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);

const modules = [core, mpmEvent, modAuthzCore, modRewrite];

function world(config: string) {
  return memoryWorld({
    files: {
      '/etc/httpd.conf': `ServerName localhost\nListen 80\nDocumentRoot /srv/www\nErrorLog /log\nErrorLogFormat "%m %l %M"\nLogLevel rewrite:trace8\nRewriteEngine On\n${config}`,
      '/srv/www/index.html': 'hello',
      '/srv/www/a/a.txt': 'a',
      '/srv/www/hasOwn': 'x',
      '/etc/map.txt': '# comment\nk v1\nk v2\nhost www|www2\n',
    },
    regex,
  });
}

function started(config: string) {
  const memory = world(config);
  const server = inMemoryServer(memory, modules);
  if (!('plan' in server)) throw new Error(server.map(({ text }) => text).join('\n'));
  return { server, log: () => memory.written.get('/log') ?? '' };
}

interface Case {
  readonly rules: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly location?: string;
  readonly cookie?: string;
  readonly vary?: string;
  readonly log?: string;
}

// The answers of httpd 2.4.71.
const cases: readonly Case[] = [
  {
    rules: 'RewriteRule ^/q1/(.*)$ /index.html?x=$1',
    path: '/q1/ab%20c',
    status: 403,
    log: 'AH10410: Rewritten query string contains control characters or spaces',
  },
  {
    rules: 'RewriteRule ^/q/(.*)$ /$1',
    path: '/q/a%3fb',
    status: 403,
    log: 'AH10508: Unsafe URL with %3f URL rewritten without UnsafeAllow3F',
  },
  { rules: 'RewriteRule ^/q/(.*)$ /$1 [UnsafeAllow3F]', path: '/q/index.html%3fb', status: 200 },
  {
    rules: 'RewriteRule ^/l1/ /x?y=1 [R,L]',
    path: '/l1/a%3fb',
    status: 302,
    location: 'http://localhost/x?y=1',
  },
  {
    rules: 'RewriteRule ^/l2/(.*)$ /x?y=$1 [R,L]',
    path: '/l2/a%3fb',
    status: 302,
    location: 'http://localhost/x?y=a%3fb',
  },
  { rules: 'RewriteRule ^/l3/(.*)$ /$1?y=1 [R,L]', path: '/l3/a%3fb', status: 403 },
  { rules: 'RewriteRule ^/l4/(.*)$ /$1? [R,L]', path: '/l4/a%3fb?q', status: 403 },
  {
    rules: 'RewriteRule ^/l5/(.*)$ /$1 [R,L,QSD]',
    path: '/l5/a?q',
    status: 302,
    location: 'http://localhost/a',
    log: 'discarding query string, no parse from substitution',
  },
  {
    rules: 'RewriteRule ^/l6/(.*)$ /$1?a [R,L,QSD]',
    path: '/l6/a?q',
    status: 302,
    location: 'http://localhost/a?a',
  },
  {
    rules: 'RewriteRule ^/l7/(.*)$ /a?b?$1 [R,L,QSL]',
    path: '/l7/z',
    status: 302,
    location: 'http://localhost/a%3fb?z',
  },
  {
    rules: 'RewriteRule ^/l8/(.*)$ /$1? [R,L,QSA]',
    path: '/l8/z?q',
    status: 302,
    location: 'http://localhost/z?q',
  },
  {
    rules: 'RewriteRule ^/l9/(.*)$ /a?b? [R,L]',
    path: '/l9/z?q',
    status: 302,
    location: 'http://localhost/a%3fb',
  },
  {
    rules: 'RewriteRule ^/qsa/ /new?a=b [QSA,R]',
    path: '/qsa/?c=d',
    status: 302,
    location: 'http://localhost/new?a=b&c=d',
  },
  {
    rules: 'RewriteRule ^/m1/(.*)$ $1 [R,L]',
    path: '/m1/http://evil/',
    status: 302,
    location: 'http://localhost/http:/evil/',
  },
  {
    rules: 'RewriteRule ^/m2/(.*)$ $1 [L]',
    path: '/m2/index.html',
    status: 200,
    log: 'add root prefix: index.html -> /index.html',
  },
  { rules: 'RewriteRule ^/m3/(.*)$ /%{QUERY_STRING} [R,L]', path: '/m3/?a?b', status: 403 },
  {
    rules: 'RewriteRule ^/m5/(.*)$ ftp://h/$1?x [R,L]',
    path: '/m5/x',
    status: 302,
    location: 'ftp://h/x%3fx',
  },
  {
    rules: 'RewriteRule ^/m6/(.*)$ mailto:$1 [L]',
    path: '/m6/x',
    status: 302,
    location: 'mailto:x',
    log: 'implicitly forcing redirect (rc=302 with mailto:x',
  },
  {
    rules: 'RewriteRule ^/m7/(.*)$ /a/../../$1 [L]',
    path: '/m7/x',
    status: 403,
    log: 'prefixing with document_root of /a/../../x FAILED',
  },
  { rules: 'RewriteRule ^/m8$ https://localhost/', path: '/m8', status: 302, location: 'https://localhost/' },
  { rules: 'RewriteRule ^/n1$ "/a b" [R,L]', path: '/n1', status: 302, location: 'http://localhost/a%20b' },
  {
    rules: 'RewriteRule ^/n3/(.*)$ /a\\$1\\\\x%5 [R,L]',
    path: '/n3/q',
    status: 302,
    location: 'http://localhost/a$1%5cx',
  },
  {
    rules: 'RewriteRule ^/n4$ /${m:k|d}-%{UNKNOWN}-%{ENV:X}-%{HTTP:X-A}-%{lowercase [R,L]',
    path: '/n4',
    headers: { 'X-A': 'v' },
    status: 302,
    location: 'http://localhost/d---v-%25%7blowercase',
  },
  {
    rules: 'RewriteCond %{LA-U:REQUEST_FILENAME} (.*)\nRewriteRule ^/n5$ %1 [R,L]',
    path: '/n5',
    status: 302,
    location: 'http://localhost/srv/www/n5',
    log: 'lookahead: path=/n5 var=REQUEST_FILENAME -> val=/srv/www/n5',
  },
  {
    rules: 'RewriteRule ^/n6 - [C,E=a:1]\nRewriteRule x$ /chain%{ENV:a} [R,L]',
    path: '/n6/x',
    status: 302,
    location: 'http://localhost/chain1',
  },
  { rules: 'RewriteRule ^/n6 - [C,E=a:1]\nRewriteRule x$ /chain%{ENV:a} [R,L]', path: '/zx', status: 404 },
  {
    rules: 'RewriteRule ^/n7(.*)$ /n7x$1 [N=5]',
    path: '/n7',
    status: 500,
    log: "AH02596: RewriteRule '^/n7(.*)$' and URI '/n7' exceeded maximum number of rounds (5) via the [N] flag",
  },
  {
    rules: 'RewriteRule ^/rb/(.*)$ /new?x=$1 [R=301,B,L]',
    path: '/rb/a%20b/c+d%26',
    status: 301,
    location: 'http://localhost/new?x=a+b%252fc%252bd%2526',
  },
  {
    rules: 'RewriteRule ^/b/(.*)$ /$1 [R,L,B,NE]',
    path: '/b/a%20b/c+d%0ae',
    status: 302,
    location: 'http://localhost/a+b%2fc%2bd%0ae',
  },
  {
    rules: 'RewriteRule ^/b/(.*)$ /$1 [R,L,B,BNE=/+,NE]',
    path: '/b/a%20b/c+d%0ae',
    status: 302,
    location: 'http://localhost/a+b/c+d%0ae',
  },
  {
    rules: 'RewriteRule ^/b/(.*)$ /$1 [R,L,B=+,BCTLS,NE]',
    path: '/b/a%20b/c+d%0ae',
    status: 302,
    location: 'http://localhost/a+b/c%2bd%0ae',
  },
  {
    rules: 'RewriteRule ^/b/(.*)$ /$1 [R,L,BCTLS,BNP,NE]',
    path: '/b/a%20b/c+d%0ae',
    status: 302,
    location: 'http://localhost/a%20b/c+d%0ae',
  },
  {
    rules: 'RewriteRule ^/b/(.*)$ /$1 [R,L,B,BCTLS,NE]',
    path: '/b/a%20b/c+d%0ae',
    status: 302,
    location: 'http://localhost/a+b/c+d%0ae',
  },
  { rules: 'RewriteRule ^/rn/(.*)$ http://ex.org/new?x=$1 [R=301,NE,L]', path: '/rn/a%20b', status: 403 },
  {
    rules: 'RewriteRule ^/ctl/(.*)$ /x?$1 [R,L]',
    path: '/ctl/a%0ab',
    status: 302,
    location: 'http://localhost/x?a%0ab',
  },
  {
    rules: 'RewriteRule ^/abs/(.*)$ /srv/www/a/$1 [L]',
    path: '/abs/a.txt',
    status: 200,
    log: 'prefix_stat startsWith(/srv/www/a/$1, /srv) 1',
  },
  {
    rules: 'RewriteRule ^/absw(/.+)$ $1/a.txt [L]',
    path: '/absw/srv/www/a',
    status: 200,
    log: 'prefix_stat startsWith(/srv/www/a/a.txt, /srv/www) 1',
  },
  {
    rules: 'RewriteRule ^/absw(/.+)$ $1 [L]',
    path: '/absw/etc/map.txt',
    status: 404,
    log: 'prefixed with document_root to /srv/www/etc/map.txt',
  },
  {
    rules: 'RewriteRule ^/co/ - [CO=n:v:.ex.org:10:/p:secure:httponly:strict,L]',
    path: '/co/',
    status: 404,
    cookie:
      'n=v; path=/p; domain=.ex.org; expires=Tue, 14-Nov-2023 22:23:20 GMT; secure; HttpOnly; SameSite=strict',
  },
  { rules: 'RewriteRule ^/f/ - [F]', path: '/f/', status: 403, log: 'forcing responsecode 403 for /f/' },
  { rules: 'RewriteRule ^/g/ - [G]', path: '/g/', status: 410 },
  { rules: 'RewriteRule ^/s/ - [R=404]', path: '/s/', status: 404 },
  {
    rules: 'RewriteRule ^/p/(.*)$ http://h/$1 [P]',
    path: '/p/x',
    status: 403,
    log: 'AH00669: attempt to make remote request from mod_rewrite without proxy enabled: proxy:http://h/x',
  },
  {
    rules: 'RewriteRule ^/t/(.*) /a/$1 [T=text/X]',
    path: '/t/a.txt',
    status: 200,
    log: "force filename /srv/www/a/a.txt to have MIME-type 'text/x'",
  },
  { rules: 'RewriteRule ^/pt/(.*)$ /a/$1 [PT]', path: '/pt/a.txt', status: 200 },
  { rules: 'RewriteRule !^/a/ /index.html [L]', path: '/zzz', status: 200 },
  {
    rules: 'RewriteRule ^/s1 - [S=1]\nRewriteRule .* /one [R,L]\nRewriteRule .* /two [R,L]',
    path: '/s1',
    status: 302,
    location: 'http://localhost/two',
  },
  {
    rules: 'RewriteRule ^/e - [END]\nRewriteRule .* /one [R,L]',
    path: '/e',
    status: 404,
    log: 'Rule has END flag, no further rewriting for this request',
  },
  {
    rules:
      'RewriteCond %{HTTP_USER_AGENT} foo\nRewriteCond %{HTTP:X-Foo} >=b\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^/c/ /ok [R]',
    path: '/c/',
    headers: { 'User-Agent': 'foo', 'X-Foo': 'c' },
    status: 302,
    location: 'http://localhost/ok',
    log: "RewriteCond: input='c' pattern='>=b' => matched",
  },
  {
    rules:
      'RewriteCond %{HTTP_USER_AGENT} foo [OR]\nRewriteCond %{HTTP:X-Foo} bar\nRewriteRule ^/c/ /index.html',
    path: '/c/',
    headers: { 'User-Agent': 'zzz', 'X-Foo': 'bar' },
    status: 200,
    vary: 'X-Foo',
  },
  {
    rules: 'RewriteCond %{QUERY_STRING} ^(a)=(\\d+)$\nRewriteRule ^/c/(.*)$ /$1/%1/%2? [R]',
    path: '/c/z?a=12',
    status: 302,
    location: 'http://localhost/z/a/12',
  },
  {
    rules: 'RewriteCond %{REQUEST_METHOD} =get [NC]\nRewriteRule ^/c/ /ok [R]',
    path: '/c/',
    status: 302,
    location: 'http://localhost/ok',
  },
  {
    rules: 'RewriteCond 5 -lt10\nRewriteCond 5 -ne6\nRewriteCond x5 -eq0\nRewriteRule ^/c/ /ok [R]',
    path: '/c/',
    status: 302,
    location: 'http://localhost/ok',
  },
  {
    rules:
      'RewriteCond %{DOCUMENT_ROOT}/a -d\nRewriteCond %{DOCUMENT_ROOT}/index.html -s\nRewriteCond %{DOCUMENT_ROOT}/no !-f\nRewriteRule ^/c/ /ok [R]',
    path: '/c/',
    status: 302,
    location: 'http://localhost/ok',
  },
  {
    rules: 'RewriteCond /index.html -U\nRewriteCond /srv/www/index.html -F\nRewriteRule ^/c/ /ok [R]',
    path: '/c/',
    status: 302,
    location: 'http://localhost/ok',
  },
  {
    rules:
      'RewriteMap up int:toupper\nRewriteMap t txt:map.txt\nRewriteRule ^/c/(.*)$ /${up:$1}-${t:k}-${t:no|d$1} [R]',
    path: '/c/ab',
    status: 302,
    location: 'http://localhost/AB-v1-dab',
  },
  { rules: 'RewriteRule ^/X /y [NC,R]', path: '/x', status: 302, location: 'http://localhost/y' },
  {
    rules: '<Location /off>\nRewriteEngine Off\n</Location>\nRewriteRule .* - [F]',
    path: '/off',
    status: 404,
  },
];

describe('rules', () => {
  it.each(cases)('$rules: $path', async ({ rules, path, headers, status, location, cookie, vary, log }) => {
    const { server, log: written } = started(rules);
    const response = await server.request(`GET ${path}`, headers);
    expect(Number(response.statusLine.slice(0, 3))).toBe(status);
    expect(response.headers.get('Location')).toBe(location);
    expect(response.headers.get('Set-Cookie')).toBe(cookie);
    expect(response.headers.get('Vary')).toBe(vary);
    if (log !== undefined) expect(written()).toContain(log);
  });

  it('visits only what can match among ten thousand rules, in order', async () => {
    const rules = Array.from(
      { length: 10_000 },
      (_, i) => `RewriteRule ^/old/page-${i}/(.*)$ /new-${i}/$1 [R=301,L]`,
    );
    rules.push(
      'RewriteRule ^/old/ /rest [R,L]',
      'RewriteRule \\.PHP$ /php [NC,R,L]',
      'RewriteRule ^/c$ - [C]',
      'RewriteRule ^/never /no [R,L]',
    );
    const { server } = started(`LogLevel warn\n${rules.join('\n')}`);
    const locations: (string | undefined)[] = [];
    for (const path of ['/old/page-9999/x', '/old/page-1', '/a.php', '/c', '/never']) {
      locations.push((await server.request(`GET ${path}`)).headers.get('Location'));
    }
    expect(locations).toEqual([
      'http://localhost/new-9999/x',
      'http://localhost/rest',
      'http://localhost/php',
      undefined,
      undefined,
    ]);
  });
});

const refused: readonly (readonly [string, string])[] = [
  ['RewriteRule', "RewriteRule: bad argument line ''"],
  ['RewriteRule "x y [L]', "RewriteRule: bad argument line '\"x y [L]'"],
  ['RewriteRule x y [XX]', "RewriteRule: unknown flag 'XX'"],
  ['RewriteRule x y [L,,R]', "RewriteRule: unknown flag ''"],
  ['RewriteRule x y L]', 'RewriteRule: bad flag delimiters'],
  ['RewriteRule x y [R=999]', "RewriteRule: invalid HTTP response code '999' for flag 'R'"],
  ['RewriteRule ( y', "RewriteRule: cannot compile regular expression '('"],
  ['RewriteCond a', "RewriteCond: bad argument line 'a'"],
  ['RewriteCond a b NC', 'RewriteCond: bad flag delimiters'],
  ['RewriteCond a (', "RewriteCond: cannot compile regular expression '('"],
  ['RewriteMap m int:foo', 'RewriteMap: internal map not found:foo'],
  ['RewriteMap m foo:bar', 'RewriteMap: file for map m not found:/etc/foo:bar'],
  ['RewriteMap m dbm=foo:x', 'RewriteMap: dbm type foo is invalid'],
  ['RewriteMap m prg:/nonexistent/prog', 'RewriteMap: file for map m not found:/nonexistent/prog'],
  ['RewriteBase /x', 'RewriteBase: only valid in per-directory config files'],
  ['RewriteOptions LongURLOptimization', "RewriteOptions: unknown option 'LongURLOptimization'"],
  [
    'RewriteCond expr "foo bar"\nRewriteRule x y',
    `RewriteCond: cannot compile expression "foo bar" syntax error, unexpected T_ID, expecting '('`,
  ],
];

describe('refused rules', () => {
  it.each(refused)('%s', (config, text) => {
    const result = inMemoryServer(world(config), modules);
    expect(
      'plan' in result
        ? []
        : result.filter(({ severity }) => severity === 'error').map((error) => error.text),
    ).toContain(text);
  });

  it('lets a check pass that could not be served', () => {
    expect(
      'plan' in inMemoryServer(world('<Directory />\nRewriteRule x y\n</Directory>'), modules, true),
    ).toBe(true);
  });
});

describe('maps that must be waited for', () => {
  const programs = {
    open: () => ({
      start: () => undefined,
      ask: (line: string) =>
        Promise.resolve(line === 'null' ? 'NULL' : line === 'dead' ? undefined : `p-${line}`),
    }),
  };
  const databases = {
    open: () => ({
      connect: () => Promise.resolve(undefined),
      select: (statement: string, [key]: readonly string[]) =>
        key === 'bad'
          ? Promise.reject(new Error('no such table'))
          : Promise.resolve(key === 'none' ? [] : [[`${statement.replace('?', 'V')}|${key}`]]),
      close: () => {},
    }),
  };

  async function locationOf(rules: string, path: string): Promise<string | undefined> {
    const config = `DBDriver sqlite3\nDBDParams /x\nRewriteMap p prg:/bin/p\nRewriteMap q "fastdbd:q %s %%"\nRewriteMap lower int:tolower\n${rules}`;
    const base = world(config);
    const text = base.files.readText('/etc/httpd.conf') as { text: string };
    const whole = memoryWorld({
      files: { '/etc/httpd.conf': text.text, '/bin/p': 'x', '/srv/www/index.html': 'x' },
      regex,
      overrides: { programs, databases },
    });
    const server = inMemoryServer(whole, [...modules, modDbd]);
    if (!('plan' in server)) throw new Error(JSON.stringify(server));
    const { headers } = await server.request(`GET ${path}`);
    return headers.get('Location');
  }

  it.each([
    ['RewriteRule ^/(.*)$ /${p:$1|none} [R]', '/a', '/p-a'],
    ['RewriteRule ^/(.*)$ /${p:$1|none} [R]', '/null', '/none'],
    ['RewriteRule ^/(.*)$ /${p:$1|none} [R]', '/dead', '/none'],
    ['RewriteRule ^/(.*)$ /${p:${lower:$1}|none} [R]', '/ABC', '/p-abc'],
    ['RewriteRule ^/(.*)$ /${p:${p:$1}} [R]', '/a', '/p-p-a'],
    ['RewriteRule ^/(.*)$ /${lower:${p:$1}} [R]', '/A', '/p-a'],
    ['RewriteRule ^/(.*)$ /${p:null|${p:$1}} [R]', '/a', '/p-a'],
    ['RewriteRule ^/(.*)$ /${p:$1} [R,B]', '/a%20b', '/p-a+b'],
    ['RewriteCond ${p:$1} ^p-(.)\nRewriteRule ^/(.*)$ /c%1 [R]', '/xyz', '/cx'],
    ['RewriteRule ^/(.*)$ - [E=V:${p:$1}]\nRewriteRule ^ /%{ENV:V} [R]', '/a', '/p-a'],
    ['RewriteRule ^/(.*)$ /${q:$1|none} [R,NE]', '/a', '/q V %|a'],
    ['RewriteRule ^/(.*)$ /${q:$1|none} [R]', '/none', '/none'],
    ['RewriteRule ^/(.*)$ /${q:$1|none} [R]', '/bad', '/none'],
    ['<Location />\nRewriteEngine On\nRewriteRule /([^/]*)$ /${p:$1} [R]\n</Location>', '/a', '/p-a'],
  ])('%s for %s gives %s', async (rules, path, location) => {
    expect(await locationOf(rules, path)).toBe(`http://localhost${location}`);
  });
});

describe('programs of maps', () => {
  function start(
    config: string,
    error?: string,
  ): { readonly started: readonly string[]; readonly complaint?: string } {
    const started: string[] = [];
    const programs = {
      open: ({ argv }: { readonly argv: readonly string[] }) => ({
        start: () => {
          started.push(argv.join('|'));
          return error;
        },
        ask: () => Promise.resolve(undefined),
      }),
    };
    const whole = memoryWorld({
      files: { '/etc/httpd.conf': `ServerName localhost\nListen 80\n${config}`, '/bin/p': 'x' },
      regex,
      overrides: { programs },
    });
    const server = inMemoryServer(whole, modules);
    return 'plan' in server ? { started } : { started, complaint: server[0]!.text };
  }

  it.each([
    [
      'RewriteEngine On\nRewriteMap a "prg:/bin/p \'b c\' d"\nRewriteMap e prg:/bin/p',
      ['/bin/p|b c|d', '/bin/p'],
    ],
    ['RewriteMap a prg:/bin/p', []],
    ['RewriteMap a prg:/bin/p\n<VirtualHost *>\nRewriteEngine On\n</VirtualHost>', []],
    [
      'RewriteMap a prg:/bin/p\n<VirtualHost *>\nRewriteEngine On\nRewriteOptions Inherit\n</VirtualHost>',
      ['/bin/p'],
    ],
    ['RewriteEngine On\n<VirtualHost *>\nRewriteMap a prg:/bin/p\n</VirtualHost>', ['/bin/p']],
    [
      'RewriteEngine On\nRewriteMap a prg:/bin/p\n<VirtualHost *>\nRewriteOptions Inherit\n</VirtualHost>',
      ['/bin/p'],
    ],
    ['RewriteEngine On\n<VirtualHost *>\nRewriteEngine Off\nRewriteMap a prg:/bin/p\n</VirtualHost>', []],
  ])('%j starts %j', (config, started) => {
    expect(start(config)).toEqual({ started });
  });

  it('refuses a configuration whose program cannot be started', () => {
    expect(
      start('RewriteEngine On\nRewriteMap a prg:/bin/p\nRewriteMap b prg:/bin/p', '(13)Permission denied'),
    ).toEqual({
      started: ['/bin/p'],
      complaint:
        '(13)Permission denied: AH00654: mod_rewrite: could not start RewriteMap program /bin/p\nAH00020: Configuration Failed, exiting',
    });
  });
});

describe('lists with rules for certain hosts', () => {
  const others = Array.from(
    { length: 20 },
    (_, i) => `RewriteCond %{HTTP_HOST} ^other-${i}$ [NC]\nRewriteRule ^/(.*)$ /other-${i} [R,L]`,
  ).join('\n');
  const own = (flags: string, pattern = '^LOCALhost$') =>
    `RewriteCond %{HTTP_HOST} ${pattern}${flags}\nRewriteRule ^/(.*)$ /own-$1 [R,L]`;
  const quiet = (rules: string) => `LogLevel warn\n${rules}`;

  it.each([
    [`${others}\n${own(' [NC]')}`, '/a', '/own-a'],
    [`${others}\n${own('')}`, '/a', undefined],
    [`RewriteRule ^/first /1 [R,L]\n${others}\n${own(' [NC]')}`, '/first', '/1'],
    [`${own(' [NC]')}\n${others}\nRewriteRule ^/last /2 [R,L]`, '/last', '/own-last'],
    [`${others}\nRewriteRule ^/last /2 [R,L]`, '/last', '/2'],
    [`${others}\nRewriteCond %{HTTP_HOST} ^other$ [OR]\n${own(' [NC]')}`, '/a', '/own-a'],
    [`${others}\n${own('', '!^other$')}`, '/a', '/own-a'],
    [`${others}\nRewriteCond $1 ^a$ [OR]\n${own('', '^other$')}`, '/a', '/own-a'],
    [
      `${others}\nRewriteCond %{HTTP_HOST} ^other$\nRewriteRule . - [C]\nRewriteRule . /chained [R,L]`,
      '/a',
      undefined,
    ],
    [
      `${others}\nRewriteCond %{HTTP_HOST} ^other$\nRewriteRule . - [S=1]\nRewriteRule . /not-skipped [R,L]`,
      '/a',
      '/not-skipped',
    ],
  ])('%s for %s', async (rules, path, location) => {
    const server = inMemoryServer(world(quiet(rules)), modules);
    if (!('plan' in server)) throw new Error(JSON.stringify(server));
    const { headers } = await server.request(`GET ${path}`);
    expect(headers.get('Location')).toBe(location && `http://localhost${location}`);
  });
});
