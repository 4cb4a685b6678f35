import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as net from 'node:net';
import { createServer, type Server } from 'node:net';
import { memoryWorld } from '@httpd-ts/kernel/memory-world';
import { createRegexEngine } from '@httpd-ts/regex';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { core } from '../core/index.ts';
import { inMemoryServer } from '../in-memory-server.ts';
import { loopbackNetwork } from '../loopback-network.ts';
import { modAuthzCore } from '../mod_authz_core/index.ts';
import { modProxyHttp } from '../mod_proxy_http/index.ts';
import { mpmEvent } from '../mpm_event/index.ts';
import { modProxy } from './index.ts';

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);

let backend: Server;
let port = 0;

beforeAll(async () => {
  backend = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      const target = bytes.toString('latin1').split(' ')[1]!;
      const field = decodeURIComponent(target.slice(target.indexOf('?') + 1)).replaceAll(
        'PORT',
        String(port),
      );
      socket.write(`HTTP/1.1 302 Found\r\n${field}\r\nContent-Length: 0\r\n\r\n`, 'latin1');
    });
  });
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  port = (backend.address() as net.AddressInfo).port;
});
afterAll(() => void backend.close());

async function mapped(field: string): Promise<string> {
  const config = `ServerName localhost\nListen 80
ProxyPass /p/ http://127.0.0.1:${port}/back/
ProxyPassReverse /p/ http://127.0.0.1:${port}/back/
ProxyPassReverse /rel/ /relative/
ProxyPassReverseCookiePath /back /p
ProxyPassReverseCookieDomain backend.example.com www.example.com`;
  const network = loopbackNetwork((to, host) => net.connect(to, host) as never);
  const world = memoryWorld({ files: { '/etc/httpd.conf': config }, regex, network });
  const server = inMemoryServer(world, [core, mpmEvent, modAuthzCore, modProxy, modProxyHttp]);
  if (!('plan' in server)) throw new Error(server.map(({ text }) => text).join('\n'));
  const { headers } = await server.request(`GET /p/?${encodeURIComponent(field)}`);
  return headers.get(field.slice(0, field.indexOf(':'))) ?? '';
}

// The answers of httpd 2.4.71.
describe('reverse mapping', () => {
  it.each([
    ['Location: http://127.0.0.1:PORT/back/x', 'http://localhost/p/x'],
    ['Location: HTTP://127.0.0.1:PORT/BACK/x', 'http://localhost/p/x'],
    ['Location: http://other/back/x', 'http://other/back/x'],
    ['Location: http://other/relative/x', 'http://localhost/rel/x'],
    ['Location: /relative/x', 'http://localhost/rel/x'],
    ['Content-Location: /back/y', '/back/y'],
    ['URI: http://127.0.0.1:PORT/back/u', 'http://localhost/p/u'],
    ['Set-Cookie: a=1; path=/back/x; domain=backend.example.com', 'a=1; path=/p; domain=www.example.com'],
    [
      'Set-Cookie: a=1;Domain=BACKEND.example.com; Path=/back; Secure',
      'a=1;Domain=www.example.com; Path=/p; Secure',
    ],
    [
      'Set-Cookie: a=1; domain=.backend.example.com; path=/other',
      'a=1; domain=.backend.example.com; path=/other',
    ],
    ['Set-Cookie: path=/back', 'path=/p'],
  ])('%s', async (field, expected) => {
    expect(await mapped(field)).toBe(expected);
  });
});
