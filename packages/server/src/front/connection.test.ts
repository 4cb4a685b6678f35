import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type InProcessServer, serveInProcess } from '../serve-in-process.ts';
import { standardModules } from '../trial/modules.ts';

let root: string;
let server: InProcessServer;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'httpd-ts-front-'));
  const configFile = join(root, 'httpd.conf');
  writeFileSync(
    configFile,
    'Listen 127.0.0.1:0\nServerName localhost\nErrorLog error.log\nTimeout 600\nKeepAliveTimeout 400\n',
  );
  server = await serveInProcess({ configFile, serverRoot: root, modules: standardModules });
});

afterAll(async () => {
  await server.stop();
  rmSync(root, { recursive: true });
});

/** A client that collects what it receives. */
class Client {
  received = '';
  ended = false;
  closed = false;
  readonly socket: net.Socket;
  constructor() {
    this.socket = net.connect({ port: server.addresses[0]!.port, host: '127.0.0.1', allowHalfOpen: true });
    this.socket.setEncoding('latin1');
    this.socket.on('data', (text: string) => {
      this.received += text;
    });
    this.socket.on('end', () => {
      this.ended = true;
    });
    this.socket.on('close', () => {
      this.closed = true;
    });
    this.socket.on('error', () => {});
  }
  send(text: string): this {
    this.socket.write(text, 'latin1');
    return this;
  }
  async until(done: (client: this) => boolean, withinMs = 3000): Promise<string> {
    const end = performance.now() + withinMs;
    while (!done(this)) {
      if (performance.now() > end)
        throw new Error(`waited in vain; received ${JSON.stringify(this.received)}`);
      await delay(5);
    }
    return this.received;
  }
  close(): void {
    this.socket.destroy();
  }
}

/** What one connection answers to the given bytes, until the server ends it. */
async function exchange(text: string, end = false): Promise<string> {
  const client = new Client().send(text);
  if (end) client.socket.end();
  const received = await client.until(({ ended }) => ended);
  client.close();
  return received;
}

const host = 'Host: localhost\r\n';
const statusLines = (text: string) =>
  [...text.matchAll(/HTTP\/1\.1 (\d\d\d)/g)].map(([, status]) => Number(status));

describe('persistent connections', () => {
  it('answers one request after the other', async () => {
    const client = new Client();
    for (let i = 1; i <= 3; i++) {
      client.send(`GET /text HTTP/1.1\r\n${host}\r\n`);
      await client.until(({ received }) => received.split('hello').length === i + 1);
    }
    expect(statusLines(client.received)).toEqual([200, 200, 200]);
    client.close();
  });

  it('answers pipelined requests in order', async () => {
    const paths = ['/slow/30', '/text', '/echo', '/pieces/3', '/text'];
    const requests = paths.map((path) => `GET ${path} HTTP/1.1\r\n${host}\r\n`).join('');
    const received = await exchange(`${requests}GET /text HTTP/1.1\r\n${host}Connection: close\r\n\r\n`);
    expect(statusLines(received)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(received.indexOf('slow')).toBeLessThan(received.indexOf('hello'));
  });

  it('answers a head that comes byte by byte', async () => {
    const client = new Client();
    client.socket.setNoDelay(true);
    for (const character of `GET /text HTTP/1.1\r\n${host}\r\n`) {
      client.send(character);
      await delay(1);
    }
    await client.until(({ received }) => received.endsWith('hello'));
    client.close();
  });

  it('closes when asked to, and for HTTP/1.0', async () => {
    expect(await exchange(`GET /text HTTP/1.1\r\n${host}Connection: close\r\n\r\n`)).toMatch(
      /Connection: close.*hello$/s,
    );
    expect(await exchange('GET /text HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200.*hello$/s);
  });

  it('ends an idle connection after KeepAliveTimeout', async () => {
    const client = new Client().send(`GET /text HTTP/1.1\r\n${host}\r\n`);
    await client.until(({ received }) => received.endsWith('hello'));
    await client.until(({ ended }) => ended, 1500);
    expect(statusLines(client.received)).toEqual([200]);
    client.close();
  });
});

describe('request bodies', () => {
  it.each([
    ['with a length', 'Content-Length: 5\r\n\r\nabcde'],
    ['chunked', 'Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3;x=y\r\ncde\r\n0\r\n\r\n'],
    ['chunked with a trailer', 'Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\nX: y\r\n\r\n'],
  ])('%s, followed by another request', async (_title, rest) => {
    const received = await exchange(
      `POST /echo HTTP/1.1\r\n${host}${rest}GET /text HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
    );
    expect(received).toMatch(/abcdeHTTP.*hello$/s);
  });

  it('in pieces', async () => {
    const client = new Client().send(`POST /echo HTTP/1.1\r\n${host}Content-Length: 6\r\n\r\nab`);
    await delay(20);
    client.send('cd');
    await delay(20);
    client.send('ef');
    await client.until(({ received }) => received.endsWith('abcdef'));
    client.close();
  });

  it('that nobody reads are passed over', async () => {
    const received = await exchange(
      `POST /text HTTP/1.1\r\n${host}Content-Length: 200000\r\n\r\n${'x'.repeat(200_000)}GET /text HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
    );
    expect(statusLines(received)).toEqual([200, 200]);
  });

  it('are asked for when the client waits for 100', async () => {
    const client = new Client().send(
      `POST /echo HTTP/1.1\r\n${host}Expect: 100-continue\r\nContent-Length: 3\r\n\r\n`,
    );
    await client.until(({ received }) => received === 'HTTP/1.1 100 Continue\r\n\r\n');
    client.send('abc');
    await client.until(({ received }) => received.endsWith('abc'));
    expect(statusLines(client.received)).toEqual([100, 200]);
    client.close();
  });

  it('of 400 KiB arrive whole', async () => {
    const body = 'y'.repeat(400 * 1024);
    const received = await exchange(
      `POST /echo HTTP/1.1\r\n${host}Connection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    expect(received.length).toBeGreaterThan(body.length);
    expect(received.endsWith(body)).toBe(true);
  });

  it('that do not come in time are answered with 408', async () => {
    const received = await exchange(`POST /echo HTTP/1.1\r\n${host}Content-Length: 5\r\n\r\nab`);
    expect(statusLines(received)).toEqual([408]);
  });

  it('that end too early are answered with 400', async () => {
    const received = await exchange(`POST /echo HTTP/1.1\r\n${host}Content-Length: 5\r\n\r\nab`, true);
    expect(statusLines(received)).toEqual([400]);
  });
});

describe('responses', () => {
  it('of unknown length are chunked for HTTP/1.1', async () => {
    const received = await exchange(`GET /pieces/3 HTTP/1.1\r\n${host}Connection: close\r\n\r\n`);
    expect(received).toMatch(
      /Transfer-Encoding: chunked.*\r\n\r\n4\r\nxxxx\r\n4\r\nxxxx\r\n4\r\nxxxx\r\n0\r\n\r\n$/s,
    );
  });

  it('of unknown length end with the connection for HTTP/1.0', async () => {
    const received = await exchange('GET /pieces/3 HTTP/1.0\r\n\r\n');
    expect(received).not.toMatch(/Transfer-Encoding/);
    expect(received).toMatch(/\r\n\r\nxxxxxxxxxxxx$/);
  });

  it('are not read from their source faster than the client takes them', async () => {
    const client = new Client();
    client.socket.pause();
    const before = await counters();
    client.send(`GET /large/1000 HTTP/1.1\r\n${host}\r\n`);
    await delay(300);
    const { pulled } = await counters();
    expect(pulled - before.pulled).toBeGreaterThan(0);
    expect(pulled - before.pulled).toBeLessThan(500);
    client.close();
  });

  it('are given up when the client goes away', async () => {
    const before = await counters();
    const client = new Client().send(`GET /pieces/1000 HTTP/1.1\r\n${host}\r\n`);
    await client.until(({ received }) => received.includes('xxxx'));
    client.socket.resetAndDestroy();
    await delay(100);
    const after = await counters();
    expect(after.aborted).toBe(before.aborted + 1);
    await delay(50);
    expect((await counters()).pulled).toBe(after.pulled);
  });
});

async function counters(): Promise<{ pulled: number; aborted: number }> {
  const received = await exchange(`GET /pulled HTTP/1.1\r\n${host}Connection: close\r\n\r\n`);
  const [, pulled, aborted] = /(\d+) (\d+)$/.exec(received)!;
  return { pulled: Number(pulled), aborted: Number(aborted) };
}

describe('closing', () => {
  it('lets the client read the answer although it still sends', async () => {
    const client = new Client().send(
      `POST /text HTTP/1.1\r\n${host}Expect: 100-continue\r\nContent-Length: 1000000\r\n\r\n`,
    );
    await client.until(({ received }) => received.endsWith('hello'));
    for (let i = 0; i < 20; i++) {
      client.send('x'.repeat(10_000));
      await delay(2);
    }
    expect(client.received).toMatch(/hello$/);
    client.close();
  });

  it('takes nothing behind a malformed body for a request', async () => {
    const rest = `GET /text HTTP/1.1\r\n${host}\r\n`;
    for (const body of ['zz\r\n', '5\r\nhell\r\n']) {
      const request = `POST /text HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n`;
      expect(statusLines(await exchange(request + body + rest))).toEqual([400]);
      const client = new Client().send(request);
      await delay(20);
      client.send(body + rest);
      await client.until(({ ended }) => ended);
      expect(statusLines(client.received)).toEqual([400]);
    }
  });

  it('answers all requests of a client that has ended its side', async () => {
    const both = `GET /slow/50 HTTP/1.1\r\n${host}\r\nGET /text HTTP/1.1\r\n${host}\r\n`;
    expect(statusLines(await exchange(both, true))).toEqual([200, 200]);
  });

  it('answers a client that has ended its side', async () => {
    expect(await exchange(`GET /slow/50 HTTP/1.1\r\n${host}\r\n`, true)).toMatch(/slow$/);
  });

  it.each([
    ['a head that does not come in time', 'GET /text HTTP/1.1\r\n', false, [408]],
    ['a first line that does not come in time', 'GET /te', false, []],
    ['a head that ends too early', 'GET /text HTTP/1.1\r\nHos', true, [400]],
    ['a first line that ends too early', 'GET /te', true, []],
  ] as const)('answers %s', async (_title, text, end, statuses) => {
    expect(statusLines(await exchange(text, end))).toEqual(statuses);
  });

  it('ends a connection on which nothing comes without an answer', async () => {
    expect(await exchange('')).toBe('');
  });
});

describe('malformed requests', () => {
  it.each([
    ['no Host', 'GET /text HTTP/1.1\r\n\r\n', 400],
    ['a space in front of the colon', 'GET /text HTTP/1.1\r\nHost : localhost\r\n\r\n', 400],
    ['nonsense', 'nonsense\r\n\r\n', 400],
    ['two lengths', `POST /echo HTTP/1.1\r\n${host}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc`, 400],
    [
      'a chunk size that is none',
      `POST /echo HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`,
      400,
    ],
    ['an unknown transfer coding', `POST /echo HTTP/1.1\r\n${host}Transfer-Encoding: other\r\n\r\n`, 400],
    ['a request line beyond the limit', `GET /${'x'.repeat(9000)} HTTP/1.1\r\n${host}\r\n`, 414],
    ['too many fields', `GET / HTTP/1.1\r\n${host}${'A: b\r\n'.repeat(101)}\r\n`, 400],
  ])('%s', async (_title, text, status) => {
    const received = await exchange(text);
    expect(statusLines(received)[0]).toBe(status);
    expect(statusLines(received)).toHaveLength(1);
  });
});
