import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { memoryWorld } from '@httpd-ts/kernel/memory-world';
import { createRegexEngine } from '@httpd-ts/regex';
import { describe, expect, it } from 'vitest';
import { core } from '../core/index.ts';
import { inMemoryServer } from '../in-memory-server.ts';
import { modAuthzCore } from '../mod_authz_core/index.ts';
import { mpmEvent } from '../mpm_event/index.ts';
import { modAlias } from './index.ts';

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);
const modules = [core, mpmEvent, modAuthzCore, modAlias];

const config = `
Alias /s/ /data/sub/
Alias /s2 /data/sub
AliasMatch ^/num(\\d+)$ /data/sub/$1.txt
Redirect /old http://ex.org/new
Redirect 410 /gone
Redirect /rel /newrel
RedirectMatch ^/m/(.*)$ http://ex.org/$1?x=y
RedirectMatch 404 ^/nf
RedirectMatch ^/amp/(.*) /x&y\\$1\\&z$1
<Location /loc>
Redirect 301 http://ex.org/loc
</Location>
<Location /loc3>
RedirectRelative On
Redirect 303 /relative
</Location>
<Location /loc4>
Redirect 404
</Location>
<Location /la>
Alias /data/sub/f.txt
</Location>
<Location /lp>
AliasPreservePath On
Alias /data/sub
</Location>
<Directory /srv/a>
Redirect /a/old /a/new
</Directory>
Redirect //dbl http://ex.org/dbl
Redirect /sl/ http://ex.org/sl/
<Location /loc5>
Redirect gone /loc5/x
Redirect 301 /loc5/y http://ex.org/y
</Location>
<Location /loc6>
Redirect "a b"
</Location>
`;

function world(text: string) {
  return memoryWorld({
    files: {
      '/etc/httpd.conf': `ServerName localhost\nListen 80\nDocumentRoot /srv\n${text}`,
      '/srv/a/index.html': 'a',
      '/data/sub/f.txt': 'sub',
      '/data/sub/12.txt': 'twelve',
    },
    regex,
  });
}

// The answers of httpd 2.4.71.
const cases: readonly (readonly [path: string, status: number, location?: string])[] = [
  ['/s/f.txt', 200],
  ['/s//f.txt', 200],
  ['/s', 404],
  ['/s2/f.txt', 200],
  ['/s2x', 404],
  ['/num12', 200],
  ['/old/a%20b;c?q=1', 302, 'http://ex.org/new/a%20b;c?q=1'],
  ['/oldx', 404],
  ['/gone/x', 410],
  ['/rel/x', 302, 'http://localhost/newrel/x'],
  ['/m/a%20b%3fc?q', 302, 'http://ex.org/a%20b?c?x=y'],
  ['/nfx', 404],
  ['/amp/1', 302, 'http://localhost/x&y$1&z1'],
  ['/loc/x?q', 301, 'http://ex.org/loc?q'],
  ['/loc3/x?1', 303, '/relative?1'],
  ['/loc4/', 404],
  ['/la/b/c', 200],
  ['/lp/f.txt', 200],
  ['/a/old/x', 302, 'http://localhost/a/new/x'],
  ['/dbl/x', 302, 'http://ex.org/dbl/x'],
  ['/sl', 404],
  ['/sl/x', 302, 'http://ex.org/sl/x'],
  ['/loc5/x', 410],
  ['/loc5/y/z', 301, 'http://ex.org/y/z'],
  ['/loc6', 500],
];

describe('aliases and redirects', () => {
  it.each(cases)('%s gives %i', async (path, status, location) => {
    const server = inMemoryServer(world(config), modules);
    if (!('plan' in server)) throw new Error(server.map(({ text }) => text).join('\n'));
    const response = await server.request(`GET ${path}`);
    expect([response.statusLine.slice(0, 3), response.headers.get('Location')]).toEqual([
      String(status),
      location,
    ]);
  });

  it('finds the first of ten thousand that matches', async () => {
    const lines = Array.from({ length: 10_000 }, (_, i) => `Redirect /page-${i} http://ex.org/${i}`);
    const server = inMemoryServer(
      world(
        `Redirect /page-7/x http://ex.org/first\n${lines.join('\n')}\nRedirect /page-7/y http://ex.org/late`,
      ),
      modules,
    );
    if (!('plan' in server)) throw new Error(server.map(({ text }) => text).join('\n'));
    const locations: (string | undefined)[] = [];
    for (const path of ['/page-9999/z', '/page-7/x/1', '/page-7/y', '/page-70000']) {
      locations.push((await server.request(`GET ${path}`)).headers.get('Location'));
    }
    expect(locations).toEqual([
      'http://ex.org/9999/z',
      'http://ex.org/first/1',
      'http://ex.org/7/y',
      undefined,
    ]);
  });
});

const refused: readonly (readonly [string, string])[] = [
  ['Alias /x', 'Alias must have two arguments when used globally'],
  ['<Directory />\nAlias /x /y\n</Directory>', 'Alias cannot occur within directory context'],
  ['<Directory />\nScriptAlias /x /y\n</Directory>', 'ScriptAlias cannot occur within directory context'],
  ['AliasMatch ( /x', 'Regular expression could not be compiled.'],
  ['Redirect /x', 'URL to redirect to is missing'],
  ['Redirect foo /a http://b/', 'Redirect: invalid first argument (of three)'],
  ['Redirect 999 /a http://b/', 'Redirect URL not valid for this status'],
  ['Redirect gone /a http://b/', 'Redirect URL not valid for this status'],
  ['Redirect 301 /a', 'URL to redirect to is missing'],
  ['Redirect /a foo', 'Redirect to non-URL'],
  ['RedirectPermanent /a foo', 'Redirect to non-URL'],
  ['RedirectMatch ( http://x/', 'Regular expression could not be compiled.'],
];

describe('refused aliases and redirects', () => {
  it.each(refused)('%s', (text, complaint) => {
    const result = inMemoryServer(world(text), modules);
    expect(
      'plan' in result
        ? []
        : result.filter(({ severity }) => severity === 'error').map((error) => error.text),
    ).toContain(complaint);
  });

  it('warns of overlaps', () => {
    const warned = inMemoryServer(world('Alias /x /y\nAlias /x/z /w\nRedirect x y'), modules);
    expect('plan' in warned ? [] : warned.map(({ text }) => text)).toContain(
      '[alias:warn] AH00671: The Alias directive in /etc/httpd.conf at line 5 will probably never match because it overlaps an earlier Alias.',
    );
  });
});
