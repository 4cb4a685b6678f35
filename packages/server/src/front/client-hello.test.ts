import { createServer } from 'node:net';
import { connect } from 'node:tls';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readGreeting } from './client-hello.ts';

/** What node's own client says first. */
function greetingOf(options: { servername?: string; ALPNProtocols?: string[] }): Promise<Buffer> {
  return new Promise((resolve) => {
    const server = createServer((socket) => {
      socket.once('data', (bytes) => {
        socket.destroy();
        server.close();
        resolve(bytes);
      });
    }).listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      connect({ port, host: '127.0.0.1', ...options }).on('error', () => {});
    });
  });
}

describe('the first bytes of a connection', () => {
  it.each([
    [{ servername: 'a.example', ALPNProtocols: ['h2', 'http/1.1'] }, 'a.example', ['h2', 'http/1.1']],
    [{ servername: 'b.example' }, 'b.example', []],
    [{}, undefined, []],
  ])('of a client with %o are understood, wherever they are cut', async (options, serverName, protocols) => {
    const bytes = await greetingOf(options);
    expect(readGreeting(bytes)).toMatchObject({ kind: 'hello', hello: { serverName, protocols } });
    for (let length = 0; length < bytes.length; length++) {
      expect(readGreeting(bytes.subarray(0, length)).kind).toBe('incomplete');
    }
  });

  it('are understood in several records', async () => {
    const bytes = await greetingOf({ servername: 'a.example' });
    const message = bytes.subarray(5);
    const records: Buffer[] = [];
    for (let at = 0; at < message.length; at += 100) {
      const part = message.subarray(at, at + 100);
      records.push(Buffer.from([22, 3, 1, 0, part.length]), part);
    }
    expect(readGreeting(Buffer.concat(records))).toMatchObject({ hello: { serverName: 'a.example' } });
  });

  it.each([
    ['GET / HTTP/1.1\r\n', 'plain'],
    ['POST /', 'plain'],
    ['HEAD /', 'plain'],
    ['PUT /x', 'plain'],
    ['GET', 'incomplete'],
    ['DELETE / HTTP/1.1', 'unknown'],
    ['\r\nGET / HTTP/1.1', 'unknown'],
    ['\x16\x03\x01\x00\x00', 'unknown'],
    ['\x16\x02\x00\x00\x05\x01\x00\x00\x01\x00', 'unknown'],
    ['\x16\x03\x01\x00\x05\x02\x00\x00\x01\x00', 'unknown'],
    ['\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00', 'unknown'],
  ])('%j are %s', (text, kind) => {
    expect(readGreeting(Buffer.from(text, 'latin1')).kind).toBe(kind);
  });

  it('are waited for only as long as a greeting may be', async () => {
    const bytes = await greetingOf({ servername: 'a.example' });
    const begun = Buffer.concat([bytes.subarray(0, 100), Buffer.alloc(70_000)]);
    begun.writeUInt16BE(95, 3);
    expect(readGreeting(begun.subarray(0, 200)).kind).toBe('incomplete');
    expect(readGreeting(begun).kind).toBe('unknown');
  });

  it('never lead to an error', async () => {
    const hello = await greetingOf({ servername: 'a.example', ALPNProtocols: ['x'] });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(hello.length - 1), fc.nat(255)), { maxLength: 8 }), (changes) => {
        const changed = Buffer.from(hello);
        for (const [at, value] of changes) changed[at] = value;
        expect(['hello', 'plain', 'unknown', 'incomplete']).toContain(readGreeting(changed).kind);
      }),
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void readGreeting(bytes)));
  });
});
