import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker as Thread } from 'node:worker_threads';
import { type InProcessServer, serveInProcess, socketHandles } from '@httpd-ts/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { proxyServer } from '../packages/modules/src/mod_proxy/contract.ts';
import { freePort } from '../packages/server/src/trial/free-port.ts';

// What goes wrong between proxy and back end, over true sockets: each time the answer is Apache's, and afterwards no
// worker is busy and no connection is left that is not idle in its pool.

const folder = mkdtempSync(join(tmpdir(), 'proxy-faults-'));
const open = new Set<net.Socket>();
let behave: (socket: net.Socket, text: string) => void = () => {};
let backend: net.Server;
let proxy: InProcessServer;
let blocked: Thread;
let front = 0;
let received = 0;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A port whose queue is full and whose owner sleeps: the system drops what asks for a connection. */
async function blackHole(): Promise<number> {
  blocked = new Thread(
    `const net = require('node:net');
     const { parentPort } = require('node:worker_threads');
     const server = net.createServer();
     server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
     });`,
    { eval: true },
  );
  const port = await new Promise<number>((resolve) => blocked.once('message', resolve));
  for (let i = 0; i < 4; i++)
    net
      .connect(port, '127.0.0.1')
      .on('error', () => {})
      .unref();
  await new Promise((resolve) => setTimeout(resolve, 100));
  return port;
}

/** Sends bytes, or pieces with pauses in milliseconds between them, and gives the answer once the server closes. */
function exchange(...pieces: readonly (string | number)[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect({ port: front, host: '127.0.0.1', allowHalfOpen: true });
    let answer = '';
    socket.on('data', (bytes) => {
      answer += bytes.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
    socket.on('end', () => socket.end());
    void (async () => {
      for (const piece of pieces) {
        if (typeof piece === 'number') await new Promise((done) => setTimeout(done, piece));
        else socket.write(piece, 'latin1');
      }
    })();
  });
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
const statusOf = (answer: string) => answer.slice(9, 12);

/** Requests that workers count as under way. */
function busy(): number {
  const { workers } = proxyServer.at(proxy.engine.plan.mainServer.config);
  return workers.reduce((sum, worker) => sum + worker.busy, 0);
}

/** Connections in pools that are in use or being made. */
function inUse(): number {
  const { workers } = proxyServer.at(proxy.engine.plan.mainServer.config);
  return workers
    .flatMap(({ transport }) => [...(transport?.pools.values() ?? [])])
    .reduce((sum, pool) => sum + pool.all.size - pool.idleCount, 0);
}

async function nothingIsLeft(): Promise<void> {
  await expect.poll(() => [busy(), inUse()], { timeout: 1500 }).toEqual([0, 0]);
  await expect.poll(() => proxy.engine.connections.size, { timeout: 3000 }).toBe(0);
}

const writes =
  (text: string, then: 'keep' | 'end' | 'reset' = 'keep') =>
  (socket: net.Socket) => {
    socket.write(text, 'latin1', () => {
      if (then === 'end') socket.end();
      if (then === 'reset') socket.resetAndDestroy();
    });
  };

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

const ways = [
  ["node's handles", socketHandles ?? false],
  ["node's own sockets", false],
] as const;

describe.each(ways)('by %s', (_way, handles) => {
  beforeAll(async () => {
    backend = net.createServer({ allowHalfOpen: true }, (socket) => {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
      socket.on('error', () => {});
      socket.on('end', () => socket.end());
      socket.on('data', (bytes) => {
        received += bytes.length;
        behave(socket, bytes.toString('latin1'));
      });
    });
    await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
    const { port } = backend.address() as net.AddressInfo;
    const refusing = await freePort();
    const hole = await blackHole();
    const loads = ['mpm_event', 'authz_core', 'proxy', 'proxy_http']
      .map((name) => {
        writeFileSync(join(folder, `mod_${name}.so`), `\x7fELF${'.'.repeat(100)}\0${name}_module\0`);
        return `LoadModule ${name}_module ${folder}/mod_${name}.so`;
      })
      .join('\n');
    writeFileSync(
      join(folder, 'httpd.conf'),
      `ServerName proxy.example.com
  ${loads}
  Listen 127.0.0.1:8080
  ErrorLog /dev/null
  ProxyPass /refused http://127.0.0.1:${refusing}/
  ProxyPass /hole http://127.0.0.1:${hole}/ connectiontimeout=300ms
  ProxyPass / http://127.0.0.1:${port}/ timeout=1
  `,
    );
    proxy = await serveInProcess({
      handles,
      configFile: join(folder, 'httpd.conf'),
      serverRoot: folder,
      mapListen: () => [{ bind: { address: '127.0.0.1', port: 0 } }],
    });
    front = proxy.addresses[0]!.port;
  });

  afterAll(async () => {
    backend.close();
    await blocked.terminate();
  });

  describe('a back end that', () => {
    it.each<[string, string, (socket: net.Socket, text: string) => void, string]>([
      ['refuses connections', '/refused', () => {}, '503'],
      ['lets connections vanish', '/hole', () => {}, '503'],
      ['never answers', '/', () => {}, '502'],
      ['resets before its head', '/', (socket) => socket.resetAndDestroy(), '502'],
      ['resets within its head', '/', writes('HTTP/1.1 200 OK\r\nX: ', 'reset'), '502'],
      ['stops within its head', '/', writes('HTTP/1.1 200 OK\r\nX: '), '502'],
      ['ends within its head', '/', writes('HTTP/1.1 200 OK\r\nX: ', 'end'), '502'],
      ['sends a field of 1 MB', '/', writes(`HTTP/1.1 200 OK\r\nX: ${'a'.repeat(1 << 20)}\r\n\r\n`), '502'],
    ])('%s', async (_title, path, behaviour, status) => {
      behave = behaviour;
      expect(statusOf(await exchange(get(path)))).toBe(status);
      await nothingIsLeft();
    });

    it.each<[string, (socket: net.Socket) => void, number]>([
      ['resets within a body', writes('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok', 'reset'), 2],
      ['ends within a body', writes('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok', 'end'), 2],
      ['stops within a body', writes('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok'), 2],
      ['cuts a chunk off', writes('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nok', 'end'), 2],
    ])('%s: the client sees it cut off', async (_title, behaviour, length) => {
      behave = behaviour;
      const answer = await exchange(get('/'));
      expect(statusOf(answer)).toBe('200');
      expect(answer).not.toContain('\r\n0\r\n\r\n');
      const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
      expect(body.replace(/^[0-9a-f]+\r\n/, '').trimEnd().length).toBe(length);
      await nothingIsLeft();
    });

    it('drips slowly, but never longer than the time-out', async () => {
      behave = (socket) => {
        const text = `HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`;
        let at = 0;
        const timer = setInterval(() => {
          socket.write(text.slice(at, at + 6));
          at += 6;
          if (at >= text.length) clearInterval(timer);
        }, 200);
      };
      expect(await exchange(get('/'))).toContain('\r\n\r\nok');
      await nothingIsLeft();
    });

    it('answers before a large body is there', async () => {
      let answered = false;
      behave = (socket) => {
        if (!answered)
          socket.write('HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig');
        answered = true;
        socket.pause();
      };
      const size = 8 << 20;
      const answer = await exchange(
        `POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${size}\r\n\r\n`,
        'a'.repeat(size),
      );
      expect(answer).toContain('413 Too Large');
      await nothingIsLeft();
    });

    it('closes an idle connection at the moment it is used again', async () => {
      behave = writes(ok);
      await exchange(get('/'));
      const idle = open.size;
      for (const socket of open) socket.resetAndDestroy();
      expect(idle).toBeGreaterThan(0);
      expect(await exchange(get('/'))).toContain('200 OK');
      await nothingIsLeft();
    });
  });

  describe('100 Continue', () => {
    it('comes from the back end before the body goes', async () => {
      let seen = '';
      behave = (socket, text) => {
        seen += text;
        if (text.includes('Expect')) socket.write('HTTP/1.1 100 Continue\r\n\r\n');
        if (seen.endsWith('hello')) socket.write(ok);
      };
      const head =
        'POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n';
      const answer = await exchange(head, 200, 'hello');
      expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
      await nothingIsLeft();
    });

    it('is not sent where the back end refuses the body', async () => {
      behave = writes('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
      const head =
        'POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n';
      expect(await exchange(head)).toMatch(/^HTTP\/1\.1 403 Forbidden/);
      await nothingIsLeft();
    });
  });

  describe('a client that', () => {
    it('ends its side still gets the answer', async () => {
      behave = (socket) => void setTimeout(() => socket.write(ok), 100);
      const answer = await new Promise<string>((resolve) => {
        const socket = net.connect({ port: front, host: '127.0.0.1', allowHalfOpen: true });
        let text = '';
        socket.on('data', (bytes) => {
          text += bytes.toString('latin1');
        });
        socket.on('end', () => resolve(text));
        socket.end(get('/'));
      });
      expect(answer).toContain('\r\n\r\nok');
      await nothingIsLeft();
    });

    it.each([
      ['goes away while the back end thinks', (_socket: net.Socket) => {}],
      [
        'goes away within the answer',
        writes(`HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n${'x'.repeat(100_000)}`),
      ],
    ])('%s frees the back end within a second', async (_title, behaviour) => {
      behave = behaviour;
      received = 0;
      const socket = net.connect(front, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(get('/'));
      await expect.poll(() => received).toBeGreaterThan(0);
      const before = open.size;
      socket.resetAndDestroy();
      await expect.poll(() => open.size, { timeout: 1000 }).toBeLessThan(before);
      await nothingIsLeft();
    });

    it('goes away within its body frees the back end within a second', async () => {
      behave = () => {};
      received = 0;
      const socket = net.connect(front, '127.0.0.1');
      socket.on('error', () => {});
      socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n');
      socket.write('a'.repeat(200_000));
      await expect.poll(() => received).toBeGreaterThan(0);
      socket.resetAndDestroy();
      await nothingIsLeft();
    });
  });

  it('ends all connections when it stops', async () => {
    behave = writes(ok);
    await exchange(get('/'));
    expect(open.size).toBeGreaterThan(0);
    await proxy.stop();
    await expect.poll(() => open.size, { timeout: 2000 }).toBe(0);
  });
});
