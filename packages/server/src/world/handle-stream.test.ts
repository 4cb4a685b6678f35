import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectTarget, Stream } from '@httpd-ts/kernel';
import { afterAll, describe, expect, it } from 'vitest';
import { nodeNetwork } from './network.ts';
import { socketHandles } from './socket-handles.ts';

// The same from connections on node's handles as from node's own sockets, over true sockets of each kind.

const folder = mkdtempSync(join(tmpdir(), 'streams-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Pair {
  readonly ours: Stream;
  readonly peer: net.Socket;
  readonly said: { text: string; ended: boolean; closed: (string | undefined)[] };
}

type Kind = 'IPv4' | 'IPv6' | 'Unix';

let sockets = 0;

async function listen(kind: Kind, onConnection: (peer: net.Socket) => void) {
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (peer) => {
    peer.on('error', () => {});
    onConnection(peer);
  });
  const path = join(folder, `${sockets++}.sock`);
  const where = kind === 'Unix' ? { path } : { host: kind === 'IPv6' ? '::1' : '127.0.0.1', port: 0 };
  await new Promise<void>((resolve) => server.listen(where, resolve));
  const target: ConnectTarget =
    kind === 'Unix'
      ? { path, timeoutMs: 2000 }
      : { host: where.host!, port: (server.address() as net.AddressInfo).port, timeoutMs: 2000 };
  return { server, target };
}

const hasIPv6 = await listen('IPv6', () => {}).then(
  ({ server }) => server.close() !== undefined,
  () => false,
);
const kinds: readonly Kind[] = hasIPv6 ? ['IPv4', 'IPv6', 'Unix'] : ['IPv4', 'Unix'];

/** Whether the system says of a connection over IPv4 that it waits to probe it. Linux: Documentation/networking/proc_net_tcp.rst */
function hasKeepAliveTimer(localPort: number, remotePort: number): boolean {
  const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, '0');
  const ends = `:${hex(localPort)} 0100007F:${hex(remotePort)} `;
  const line = readFileSync('/proc/net/tcp', 'latin1')
    .split('\n')
    .find((text) => text.includes(ends));
  if (line === undefined) throw new Error(`no connection ${ends}`);
  return line.trim().split(/\s+/)[5]!.startsWith('02:');
}

const ways = [
  ['handles', socketHandles ?? false],
  ["node's own sockets", false],
] as const;

const cases = ways.flatMap(([way, handles]) => kinds.map((kind) => [way, kind, handles] as const));

describe.each(cases)('by %s, %s', (_way, kind, handles) => {
  const network = nodeNetwork(handles);

  async function pair(options: Partial<ConnectTarget> = {}): Promise<Pair> {
    let arrived: (peer: net.Socket) => void = () => {};
    const peerArrives = new Promise<net.Socket>((resolve) => {
      arrived = resolve;
    });
    const { server, target } = await listen(kind, arrived);
    const ours = await network.connect({ ...target, ...options });
    if (typeof ours === 'string') throw new Error(ours);
    const said: Pair['said'] = { text: '', ended: false, closed: [] };
    ours.onData = (bytes) => {
      said.text += bytes.latin1Slice();
    };
    ours.onEnd = () => {
      said.ended = true;
    };
    ours.onClose = (error) => void said.closed.push(error);
    const peer = await peerArrives;
    server.close();
    return { ours, peer, said };
  }

  const textOf = (peer: net.Socket) =>
    new Promise<string>((resolve) => {
      let text = '';
      peer.on('data', (bytes) => {
        text += bytes.toString('latin1');
      });
      peer.on('end', () => resolve(text));
    });

  it('goes on writing when the other side has ended, and closes once', async () => {
    const { ours, peer, said } = await pair();
    const heard = textOf(peer);
    peer.end('last');
    await expect.poll(() => said.ended).toBe(true);
    ours.write('answer');
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(said.closed).toEqual([]);
    ours.end();
    expect(await heard).toBe('answer');
    await expect.poll(() => said).toEqual({ text: 'last', ended: true, closed: [undefined] });
  });

  it('goes on reading when it has ended its own side, and closes once', async () => {
    const { ours, peer, said } = await pair();
    ours.write('request');
    ours.end();
    expect(ours.write('too late')).toBe(false);
    expect(await textOf(peer)).toBe('request');
    peer.write('one ');
    await new Promise((resolve) => setTimeout(resolve, 30));
    peer.end('two');
    await expect.poll(() => said).toEqual({ text: 'one two', ended: true, closed: [undefined] });
  });

  it.runIf(kind !== 'Unix')('says that it was reset, once', async () => {
    const { ours, peer, said } = await pair();
    ours.write('x');
    await new Promise((resolve) => peer.once('data', resolve));
    peer.resetAndDestroy();
    await expect.poll(() => said.closed).toEqual(['ECONNRESET']);
    expect(said.ended).toBe(false);
    ours.write('nobody there');
    ours.destroy();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(said.closed).toHaveLength(1);
  });

  it('says that nobody takes what it writes', async () => {
    const { ours, peer, said } = await pair();
    ours.pause();
    peer.destroy();
    await expect
      .poll(() => {
        ours.write('x'.repeat(1000));
        return said.closed[0];
      })
      .toMatch(/^(?:EPIPE|ECONNRESET)$/);
    expect(said.closed).toHaveLength(1);
  });

  it('asks to wait for a slow reader, and says when it goes on', async () => {
    const { ours, peer } = await pair();
    peer.pause();
    const piece = Buffer.alloc(64 * 1024, 'a');
    let written = 0;
    let drains = 0;
    ours.onDrain = () => void drains++;
    const limit = 64 << 20;
    while (written < limit) {
      written += piece.length;
      if (!ours.write(piece)) break;
    }
    expect(written).toBeLessThan(limit);
    expect(ours.pending).toBeGreaterThan(0);
    expect(ours.pending).toBeLessThanOrEqual(piece.length * 2);
    expect(drains).toBe(0);
    let heard = 0;
    peer.on('data', (bytes) => {
      heard += bytes.length;
    });
    peer.resume();
    await expect.poll(() => heard).toBe(written);
    await expect.poll(() => drains).toBeGreaterThan(0);
    expect(ours.pending).toBe(0);
    ours.destroy();
  });

  it('holds the other side back while it is paused', async () => {
    const { ours, peer, said } = await pair();
    ours.pause();
    const total = 32 << 20;
    peer.write(Buffer.alloc(total, 'b'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(said.text.length).toBeLessThan(1 << 20);
    expect(peer.writableLength).toBeGreaterThan(0);
    let heard = said.text.length;
    ours.onData = (bytes) => {
      heard += bytes.length;
    };
    ours.resume();
    await expect.poll(() => heard, { timeout: 5000 }).toBe(total);
    ours.destroy();
  });

  it('gathers text and bytes in their order', async () => {
    const { ours, peer } = await pair();
    const heard = textOf(peer);
    ours.cork();
    ours.write('a\xff');
    ours.write(Buffer.from('b'));
    ours.cork();
    ours.write('c');
    ours.uncork();
    ours.write(Buffer.from([0xfe]));
    ours.uncork();
    ours.cork();
    ours.write(Buffer.from('d'));
    ours.write(Buffer.from('e'));
    ours.uncork();
    ours.end();
    expect(await heard).toBe('a\xffbc\xfede');
    peer.end();
  });

  it('leaves kept bytes as they are until they are given back', async () => {
    const { ours, peer } = await pair({ reusesMemory: true });
    const kept: Uint8Array[] = [];
    let total = 0;
    ours.onData = (bytes) => {
      ours.keep();
      kept.push(bytes);
      total += bytes.length;
    };
    const pieces = Array.from({ length: 40 }, (_, i) => Buffer.alloc(i % 2 === 0 ? 10 : 30_000, 65 + i));
    for (const piece of pieces) {
      peer.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const expected = Buffer.concat(pieces);
    await expect.poll(() => total).toBe(expected.length);
    expect(Buffer.concat(kept).equals(expected)).toBe(true);
    for (const piece of kept) ours.giveBack(piece);
    ours.destroy();
  });

  it('does not mix the memory of connections that come and go', async () => {
    const { server, target } = await listen(kind, (peer) => {
      peer.on('data', (name) => peer.end(Buffer.alloc(9000, name)));
    });
    const one = async (name: string) => {
      const stream = await network.connect({ ...target, reusesMemory: true });
      if (typeof stream === 'string') throw new Error(stream);
      const kept: Uint8Array[] = [];
      await new Promise<void>((resolve) => {
        stream.onData = (bytes) => {
          stream.keep();
          kept.push(bytes);
        };
        stream.onEnd = () => stream.destroy();
        stream.onClose = () => resolve();
        stream.write(name);
      });
      await new Promise((resolve) => setImmediate(resolve));
      const text = Buffer.concat(kept).toString('latin1');
      for (const piece of kept) stream.giveBack(piece);
      return text === name.repeat(9000);
    };
    for (let round = 0; round < 8; round++) {
      const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
      expect(await Promise.all(names.map(one))).toEqual(names.map(() => true));
    }
    server.close();
  });

  if (kind === 'IPv4' && process.platform === 'linux') {
    it('probes while idle where that is asked for', async () => {
      for (const probesWhileIdle of [false, true]) {
        const { ours, peer } = await pair({ probesWhileIdle });
        expect(hasKeepAliveTimer(ours.localPort, ours.remotePort)).toBe(probesWhileIdle);
        ours.destroy();
        peer.destroy();
      }
    });
  }

  it('leaves nothing behind after many connections', async () => {
    const { server, target } = await listen(kind, (peer) => {
      peer.on('data', () => peer.end('bye'));
      peer.on('end', () => peer.end());
    });
    const held = () =>
      process
        .getActiveResourcesInfo()
        .filter((name) => /^(?:TCPSocketWrap|PipeWrap|TCPConnectWrap|PipeConnectWrap)$/.test(name)).length;
    const before = held();
    let closed = 0;
    for (let round = 0; round < 40; round++) {
      await Promise.all(
        Array.from({ length: 25 }, async (_, i) => {
          const stream = await network.connect(target);
          if (typeof stream === 'string') throw new Error(stream);
          await new Promise<void>((resolve) => {
            stream.onClose = () => {
              closed++;
              resolve();
            };
            // Some go at once, some within the answer, some at its end.
            if (i % 3 === 0) stream.destroy();
            else stream.write('x');
            if (i % 3 === 1) stream.onData = () => stream.destroy();
            else stream.onEnd = () => stream.end();
          });
        }),
      );
    }
    expect(closed).toBe(1000);
    await expect.poll(held, { timeout: 3000 }).toBeLessThanOrEqual(before);
    server.close();
  });

  it('says why it cannot connect', async () => {
    const { server, target } = await listen(kind, () => {});
    await new Promise((resolve) => server.close(resolve));
    // Node removes the socket's file with its server.
    expect(await network.connect(target)).toBe(kind === 'Unix' ? 'ENOENT' : 'ECONNREFUSED');
  });
});

it.runIf(hasIPv6)('uses an address of its own of the same family only', async () => {
  const { server, target } = await listen('IPv6', (peer) => peer.end('hello'));
  const stream = await nodeNetwork().connect({ ...target, localAddress: '::1' });
  if (typeof stream === 'string') throw new Error(stream);
  expect([stream.localAddress, stream.remoteAddress, stream.remotePort]).toEqual(['::1', '::1', target.port]);
  stream.destroy();
  server.close();
});
