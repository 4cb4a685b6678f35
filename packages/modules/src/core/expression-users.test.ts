import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { memoryWorld } from '@httpd-ts/kernel/memory-world';
import { createRegexEngine } from '@httpd-ts/regex';
import { describe, expect, it } from 'vitest';
import { type InMemoryServer, inMemoryServer } from '../in-memory-server.ts';
import { standardModules } from '../standard-modules.ts';

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);

function serverOf(config: string) {
  const world = memoryWorld({
    files: {
      '/etc/httpd.conf': `ServerName localhost\nListen 80\nTypesConfig /etc/mime.types\nErrorLog /var/error\nDocumentRoot /srv\n${config}`,
      '/etc/mime.types': 'text/html html\n',
      '/var/': '',
      '/srv/index.html': 'hi',
      '/srv/error/GET.txt': 'error page',
    },
    regex,
  });
  const modules = standardModules.filter(({ name }) => !/^mpm_(?:worker|prefork)$/.test(name));
  return { world, server: inMemoryServer(world, modules) };
}

function started(config: string) {
  const { world, server } = serverOf(config);
  if (!('plan' in server)) throw new Error(server.map(({ text }) => text).join('\n'));
  return { world, server: server as InMemoryServer };
}

const config = `
<Location /r1>
Require expr %{REQUEST_METHOD} == 'GET' && req('A') == 'b'
</Location>
<Location /r2>
Require expr "req('A') == 'b'"
</Location>
<Location /r3>
Require expr file('/nonexist') == 'b'
</Location>
<Location /r4>
<RequireAll>
Require not expr file('/nonexist') == 'b'
Require all granted
</RequireAll>
</Location>
<Location /r5>
Require expr -U '/index.html'
</Location>
<Location /r6>
Require expr -U '/none'
</Location>
SetEnvIfExpr "%{REQUEST_URI} =~ m#^/(e.)/(.*)#" E1=$1 E2=x$2y$3
SetEnvIfExpr "%{REQUEST_URI} =~ m#nomatch#" E3
SetEnvIfExpr "-z req('ZZ')" !E4 E5
SetEnvIfExpr "file('/nonexist') == 'b'" E6
SetEnvIfExpr "req('VV') == ''" E7=$0$1z
SetEnvIfExpr "'abc' =~ /b/" E8=$0$1z
Header always set E "%{E1}e %{E2}e %{E3}e %{E4}e %{E5}e %{E6}e %{E7}e %{E8}e"
CustomLog /var/access "%U" "expr=%{REQUEST_STATUS} -eq 404"
CustomLog /var/access2 "%U" "expr=file('/nonexist') == 'b'"
ErrorDocument 404 "no %{escape:%{REQUEST_URI}} in %{HTTP_HOST} %{REQUEST_STATUS} 100%"
<Location /ed>
ErrorDocument 404 /error/%{REQUEST_METHOD}.txt
</Location>
<Location /ed2>
ErrorDocument 404 http://h/%{req:A}?%{REQUEST_URI}
</Location>
<Location /rd>
Redirect 302 http://h/%{REQUEST_URI}?%{escape:%{QUERY_STRING}}
</Location>
<LocationMatch ^/rm/(?<name>.*)>
Redirect 301 http://h/%{env:MATCH_NAME}
</LocationMatch>
<Location /rd2>
Redirect 302 "%{file:/nonexist}x"
</Location>
<Location /al>
Alias /srv/%{req:A}
</Location>
<Location /sh>
SetHandler "%{req:H}"
</Location>
<Location /sh2>
SetHandler "%{file:/nonexist}"
</Location>
RewriteEngine On
RewriteCond expr "%{REQUEST_URI} =~ m#^/rw/(.*)#"
RewriteRule .* /to/%1-$0 [R]
RewriteCond expr "! req('RA') == ''"
RewriteRule ^/rx /to/%1 [R]
RewriteCond expr "!%{REQUEST_URI} == '/ry'"
RewriteRule ^/ry /to/y [R]
RewriteCond expr "file('/nonexist') == 'b'"
RewriteRule ^/rz /to/z [R]
RewriteCond expr "!file('/nonexist') == 'b'"
RewriteRule ^/rz /to/nz [R]
<If "%{REQUEST_URI} == '/if'">
Header always set If 1
<If "req('A') == 'b'">
Header always set Nested 1
</If>
<Else>
Header always set Nested 0
</Else>
</If>
<ElseIf "-U '/index.html' && %{REQUEST_URI} == '/if2'">
Header always set If 2
</ElseIf>
<Else>
Header always set If 4
</Else>
`;

type Expected = Readonly<{
  status: number;
  location?: string;
  env?: string;
  body?: string;
  length?: string;
  if?: string;
  nested?: string;
}>;

// The answers of httpd 2.4.71.
const cases: readonly (readonly [
  path: string,
  headers: Readonly<Record<string, string>>,
  expected: Expected,
])[] = [
  ['/r1', {}, { status: 403 }],
  ['/r1', { A: 'b' }, { status: 404 }],
  ['/r2', {}, { status: 403 }],
  ['/r2', { A: 'b' }, { status: 404 }],
  ['/r3', {}, { status: 500 }],
  ['/r4', {}, { status: 500 }],
  ['/r5', {}, { status: 404 }],
  ['/r6', {}, { status: 404 }],
  ['/e1/zz', {}, { status: 404, env: 'e1 xzzy (null) (null) 1 (null) /e1/zze1z /e1/zze1z' }],
  [
    '/none',
    {},
    { status: 404, env: '(null) (null) (null) (null) 1 (null) z z', body: 'no /none in localhost 404 100%' },
  ],
  ['/ed/x', {}, { status: 404, length: '10' }],
  ['/ed2/x', { A: 'a/b' }, { status: 302, location: 'http://h/a/b?/ed2/x' }],
  ['/rd/x?a=%20b', {}, { status: 302, location: 'http://h//rd/x?a=%2520b' }],
  ['/rm/abc', {}, { status: 301, location: 'http://h/abc' }],
  ['/rd2/x', {}, { status: 500 }],
  ['/al/x', { A: 'index.html' }, { status: 200, length: '2' }],
  ['/sh2', {}, { status: 500 }],
  ['/rw/q', {}, { status: 302, location: 'http://localhost/to/q-/rw/q' }],
  ['/rx', {}, { status: 404 }],
  ['/rx', { RA: '1' }, { status: 302, location: 'http://localhost/to/' }],
  ['/ry', {}, { status: 404 }],
  ['/rz', {}, { status: 302, location: 'http://localhost/to/nz' }],
  ['/if', {}, { status: 404, if: '1', nested: '0' }],
  ['/if', { A: 'b' }, { status: 404, if: '1', nested: '1' }],
  ['/if2', {}, { status: 404, if: '2' }],
  ['/if3', {}, { status: 404, if: '4' }],
];

describe('directives with expressions', () => {
  it.each(cases)('%s %j', async (path, headers, expected) => {
    const response = await started(config).server.request(`GET ${path}`, headers);
    const body = response.body?.kind === 'text' ? response.body.text : undefined;
    const named: Record<string, unknown> = {
      status: Number.parseInt(response.statusLine, 10),
      location: response.headers.get('Location'),
      env: response.headers.get('E'),
      if: response.headers.get('If'),
      nested: response.headers.get('Nested'),
      length: response.headers.get('Content-Length'),
      body,
    };
    expect(Object.fromEntries(Object.keys(expected).map((key) => [key, named[key]]))).toEqual(expected);
  });
});
