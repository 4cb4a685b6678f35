import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Response } from '@httpd-ts/kernel';
import { type MemoryFile, memoryWorld } from '@httpd-ts/kernel/memory-world';
import { createRegexEngine } from '@httpd-ts/regex';
import { describe, expect, it } from 'vitest';
import { inMemoryServer } from '../in-memory-server.ts';
import { modAuthzCore } from '../mod_authz_core/index.ts';
import { modRewrite } from '../mod_rewrite/index.ts';
import { mpmEvent } from '../mpm_event/index.ts';
import { core } from './index.ts';

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);

/** A server whose files may change while it runs. */
function started(files: Record<string, MemoryFile>) {
  files['/etc/httpd.conf'] =
    'ServerName localhost\nListen 80\nDocumentRoot /srv/www\nErrorLog /log\nErrorLogFormat "%m:%l %M"\n<Directory /srv/www>\nAllowOverride All\n</Directory>';
  const world = memoryWorld({ files, regex });
  const server = inMemoryServer(world, [core, mpmEvent, modAuthzCore, modRewrite]);
  if (!('plan' in server)) throw new Error(server.map(({ text }) => text).join('\n'));
  return { server, log: () => world.written.get('/log') ?? '' };
}

const rulesTo = (place: string) =>
  `RewriteEngine On\nRewriteRule ^old$ http://new.example/${place} [R=301]\n`;

const locationOf = ({ headers }: Response) => headers.get('Location');

describe('.htaccess files', () => {
  it('of more directories than are kept: each answers by its own, and what they take is bounded', async () => {
    const files: Record<string, MemoryFile> = {};
    const count = 200;
    const comment = `# ${'long '.repeat(200)}\n`.repeat(40);
    for (let n = 0; n < count; n++) files[`/srv/www/${n}/.htaccess`] = comment + rulesTo(`${n}`);
    const { server } = started(files);
    const { htaccessCache } = server.plan;
    const askUpTo = async (end: number) => {
      for (let n = 0; n < end; n++) {
        expect(locationOf(await server.request(`GET /${n}/old`))).toBe(`http://new.example/${n}`);
        expect(locationOf(await server.request('GET /0/old'))).toBe('http://new.example/0');
      }
      expect(htaccessCache.weight).toBeLessThanOrEqual(256 * 1024 * 1024);
      expect(htaccessCache.size).toBeGreaterThan(100);
      expect(htaccessCache.size).toBeLessThan(count);
    };
    const isKept = (n: number) =>
      [...htaccessCache.keys()].some((key) => key.endsWith(`|/srv/www/${n}/.htaccess`));
    await askUpTo(count);
    expect([0, 1, count - 1].map(isKept)).toEqual([true, false, true]);
    await askUpTo(20);
  });

  it('a change is seen by the next request, by time, by length and by coming and going', async () => {
    const path = '/srv/www/a/.htaccess';
    const files: Record<string, MemoryFile> = {
      '/srv/www/a/b/x.txt': 'x',
      [path]: { text: rulesTo('one'), mtimeMs: 1000 },
    };
    const { server } = started(files);
    const ask = async () => locationOf(await server.request('GET /a/old'));
    expect(await ask()).toBe('http://new.example/one');
    files[path] = { text: rulesTo('two'), mtimeMs: 2000 };
    expect(await ask()).toBe('http://new.example/two');
    files[path] = { text: rulesTo('three'), mtimeMs: 2000 };
    expect(await ask()).toBe('http://new.example/three');
    delete files[path];
    expect(await ask()).toBeUndefined();
    files['/srv/www/.htaccess'] = 'RewriteEngine On\nRewriteRule ^a/old$ http://new.example/above [R]\n';
    expect(await ask()).toBe('http://new.example/above');
    files[path] = { text: rulesTo('below'), mtimeMs: 3000 };
    expect(await ask()).toBe('http://new.example/below');
  });

  it('a bad rule is answered by 500 and logged, and harms nothing else', async () => {
    const files: Record<string, MemoryFile> = {
      '/srv/www/bad/.htaccess': { text: `${rulesTo('x')}RewriteRule ( y\n`, mtimeMs: 1 },
      '/srv/www/bad/below/x.txt': 'x',
      '/srv/www/good/.htaccess': rulesTo('good'),
    };
    const { server, log } = started(files);
    for (const path of ['/bad/old', '/bad/below/x.txt', '/bad/old'])
      expect((await server.request(`GET ${path}`)).statusLine).toBe('500 Internal Server Error');
    expect(log().trim().split('\n')).toEqual(
      Array.from(
        { length: 3 },
        () => "core:alert /srv/www/bad/.htaccess: RewriteRule: cannot compile regular expression '('",
      ),
    );
    expect(locationOf(await server.request('GET /good/old'))).toBe('http://new.example/good');
    files['/srv/www/bad/.htaccess'] = { text: rulesTo('mended'), mtimeMs: 2 };
    expect(locationOf(await server.request('GET /bad/old'))).toBe('http://new.example/mended');
    expect((await server.request('GET /bad/below/x.txt')).statusLine).toBe('200 OK');
  });
});
