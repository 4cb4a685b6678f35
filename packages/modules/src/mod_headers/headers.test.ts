import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { memoryWorld } from '@httpd-ts/kernel/memory-world';
import { createRegexEngine } from '@httpd-ts/regex';
import { describe, expect, it } from 'vitest';
import { core } from '../core/index.ts';
import { inMemoryServer } from '../in-memory-server.ts';
import { modAlias } from '../mod_alias/index.ts';
import { modAuthzCore } from '../mod_authz_core/index.ts';
import { modEnv } from '../mod_env/index.ts';
import { modSetenvif } from '../mod_setenvif/index.ts';
import { mpmEvent } from '../mpm_event/index.ts';
import { modHeaders } from './index.ts';

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);
const modules = [core, mpmEvent, modAuthzCore, modAlias, modEnv, modHeaders, modSetenvif];

function world(text: string) {
  return memoryWorld({
    files: {
      '/etc/httpd.conf': `ServerName localhost\nListen 80\nDocumentRoot /srv\n${text}`,
      '/srv/index.html': 'hello',
    },
    environment: { PASSED: 'passed' },
    regex,
  });
}

async function respond(config: string, path: string, headers: Readonly<Record<string, string>> = {}) {
  const server = inMemoryServer(world(config), modules);
  if (!('plan' in server)) throw new Error(server.map(({ text }) => text).join('\n'));
  return server.request(`GET ${path}`, headers);
}

const usual =
  /^(?:Date|Server|Last-Modified|ETag|Accept-Ranges|Content-Length|Content-Type|Connection|Keep-Alive)$/;
const own = (response: Awaited<ReturnType<typeof respond>>) =>
  response.headers
    .entries()
    .filter(([name]) => !usual.test(name))
    .map(([name, value]) => `${name}: ${value}`);

const everything = `
Header set A "v %{X}e %%"
Header always set B always
Header onsuccess add C 1
Header add C 2
Header append D x
Header append D y
Header merge E x
Header merge E x
Header merge E "y"
Header setifempty F 1
Header setifempty F 2
Header set G abcabc
Header edit G b X
Header edit* G a "<$0>"
Header set H x
Header unset H
Header echo ^X-
Header set I %t env=NOPE
Header set J j env=!NOPE
Header set K k early
Header set L: l
RequestHeader set X-Set "from %{Y}e"
RequestHeader edit X-In ^(.)(.*)$ "$2$1"
RequestHeader append X-In more
RequestHeader unset X-Gone
Header set N "%{NOVAR}e %{SSL}s"
Header edit G c* "%{X}e"
SetEnv X xvalue
SetEnvIf Request_URI "^/(.)" Y=$1 Z !W V=a&b
SetEnvIf X-In "(.*)" IN=$1
BrowserMatch "Mo(z)" BM=$1
SetEnvIfNoCase ^X-I in2 R=1
SetEnvIf ^X-I. "(.)" RX=$1
SetEnvIf IN "q" FROMENV
Header set S "%{Y}e-%{Z}e-%{V}e-%{IN}e-%{BM}e-%{R}e-%{RX}e-%{FROMENV}e"
<Location /denied>
Require all denied
Header set O o
Header always set P p
</Location>
<Location /moved>
Redirect 301 /x
Header set O o
Header always set P p
</Location>
`;

// The answers of httpd 2.4.71.
describe('headers', () => {
  it('changes requests and responses in order', async () => {
    const response = await respond(everything, '/index.html', {
      'X-In': 'qin2',
      'X-Gone': 'g',
      'User-Agent': 'Moz',
    });
    expect(own(response)).toEqual([
      'B: always',
      'K: k',
      'A: v xvalue %',
      'C: 1',
      'C: 2',
      'D: x, y',
      'E: x, y',
      'F: 1',
      'X-Set: from i',
      'X-In: in2q, more',
      'J: j',
      'L: l',
      'N: (null) (null)',
      'G: xvalue<a>Xc<a>bc',
      'S: i-1-a&b-qin2-z-1-q-1',
    ]);
  });

  it.each([
    ['/denied', ['B: always', 'P: p']],
    ['/moved', ['B: always', 'P: p', 'Location: http://localhost/x']],
    ['/missing', ['B: always']],
  ])('gives the answer to %s only what is set always', async (path, expected) => {
    expect(own(await respond(everything, path))).toEqual(expected);
  });

  it.each([
    ['Header set Content-Type text/foo', 'text/foo'],
    ['AddDefaultCharset Off\nForceType text/html\nHeader edit Content-Type html foo', 'text/foo'],
    ['ForceType text/html\nHeader unset Content-Type', undefined],
  ])('%s', async (config, expected) => {
    expect((await respond(config, '/index.html')).headers.get('Content-Type')).toBe(expected);
  });

  it.each([
    ['Header set Q x\nHeader edit Q "^" "pre "', 'pre x'],
    ['Header set Q abc\nHeader edit* Q "" "-"', '-a-b-c-'],
    ['Header set Q "a, b"\nHeader merge Q b\nHeader merge Q c', 'a, b, c'],
    ['PassEnv PASSED\nHeader set Q "%{PASSED}e"', 'passed'],
    ['SetEnv A 1\n<Location />\nUnsetEnv A\n</Location>\nHeader set Q "%{A}e"', '(null)'],
    ['Header set Q "50%"', '50%'],
    ['Header set Q "%t"', 't=1700000000000000'],
  ])('%s gives %s', async (config, expected) => {
    expect((await respond(config, '/index.html')).headers.get('Q')).toBe(expected);
  });
});

const actions =
  "first argument must be 'add', 'set', 'setifempty', 'append', 'merge', 'unset', 'echo', 'note', 'edit', or 'edit*'.";

const refused: readonly (readonly [string, string])[] = [
  ['Header foo X y', actions],
  ['Header', actions],
  ['RequestHeader always set X y', actions],
  ['Header set X', 'Header requires three arguments'],
  ['RequestHeader set X', 'Header requires three arguments'],
  ['Header set X "%Q"', 'Unrecognized header format %Q'],
  ['Header set X "%{foo"', 'Unrecognized header format %'],
  ['Header set X v foo', 'Unknown parameter: foo'],
  ['Header unset X v', 'Unknown parameter: v'],
  [
    'Header set X v env=',
    'error: missing environment variable name. envclause should be in the form env=envar ',
  ],
  ['Header edit X', 'Header edit requires a match and a substitution'],
  ['Header edit X [ b', 'Header edit regex could not be compiled'],
  ['Header echo (', 'Header echo regex could not be compiled'],
  ['RequestHeader echo X', 'Header echo only valid on Header directives'],
  [
    'Header set X v "expr=foo bar"',
    "Can't parse envclause/expression: syntax error, unexpected T_ID, expecting '('",
  ],
  [
    'Header set X "expr=%{foo"',
    "Can't parse value expression : syntax error, unexpected T_ERROR, expecting T_VAR_END or ':': Unterminated string or variable",
  ],
  ['SetEnvIf', 'Missing header-field name for SetEnvIf'],
  ['SetEnvIf Remote_Addr', 'Missing regular expression for SetEnvIf'],
  ['SetEnvIf Remote_Addr ^127', 'Missing envariable expression for SetEnvIf'],
  ['SetEnvIf Remote_Addr "(" x', 'SetEnvIf regex could not be compiled.'],
  ['SetEnvIf "[" y z', 'SetEnvIfHeader name regex could not be compiled.'],
  ['BrowserMatch Mozilla', 'Missing envariable expression for BrowserMatch'],
  ['SetEnvIfExpr "true"', 'Missing envariable expression for SetEnvIfExpr'],
  ['SetEnv', 'SetEnv takes 1-2 arguments, an environment variable name and optional value to pass to CGI.'],
];

describe('refused lines', () => {
  it.each(refused)('%s', (text, complaint) => {
    const result = inMemoryServer(world(text), modules);
    expect(
      'plan' in result
        ? []
        : result.filter(({ severity }) => severity === 'error').map((error) => error.text),
    ).toContain(complaint);
  });
});
