import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Stream } from '@httpd-ts/kernel';
import { memoryWorld } from '@httpd-ts/kernel/memory-world';
import { createRegexEngine } from '@httpd-ts/regex';
import { describe, expect, it } from 'vitest';
import type { BackendConnection } from './backend-connection.ts';
import { ConnectionPool } from './connection-pool.ts';
import { Worker } from './worker.ts';

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);

/** A pool whose clock and names the test moves. */
function poolWith(addressTtlSeconds: number | undefined) {
  const state = { nowMs: 0, addresses: ['10.0.0.1'] as string[] | undefined, lookups: 0 };
  const timers: (() => void)[] = [];
  const world = memoryWorld({
    regex,
    network: {
      resolve: () => {
        state.lookups++;
        return Promise.resolve(state.addresses);
      },
      connect: () =>
        Promise.resolve({ write: () => true, destroy() {}, pause() {}, resume() {} } as unknown as Stream),
    },
    overrides: {
      clock: {
        now: () => state.nowMs,
        monotonic: () => state.nowMs,
        zoneOffsetMinutes: () => 0,
        after: (_delayMs, run) => {
          timers.push(run);
          return { cancel: () => {} };
        },
        afterInput: (run) => void setImmediate(run),
      },
    },
  });
  const worker = new Worker({ name: 'http://app', scheme: 'http', hostname: 'app', port: 80 });
  if (addressTtlSeconds !== undefined) worker.parameters.addressTtlSeconds = addressTtlSeconds;
  const pool = new ConnectionPool(world, worker, {
    hostname: 'app',
    port: 80,
    socketPath: undefined,
    localAddress: undefined,
    connectTimeoutMs: 1000,
    timeoutMs: 1000,
    keepsConnections: true,
    tls: undefined,
    tunnel: undefined,
  });
  const connect = async () => {
    const connection = await pool.connect();
    return 'stream' in connection ? connection : undefined;
  };
  const sweep = () => {
    for (const run of timers.splice(0)) run();
  };
  return { state, pool, connect, sweep };
}

const addressOf = (connection: BackendConnection | undefined) => connection?.address;

describe('the addresses of a host', () => {
  it.each([
    {
      title: 'are kept for ever with addressttl=-1, as Apache keeps them',
      ttl: -1,
      atMs: 1e9,
      expected: '10.0.0.1',
    },
    { title: 'are kept for addressttl', ttl: 10, atMs: 9000, expected: '10.0.0.1' },
    { title: 'are looked up again behind addressttl', ttl: 10, atMs: 11_000, expected: '10.0.0.2' },
    { title: 'are kept for half a minute otherwise', ttl: undefined, atMs: 29_000, expected: '10.0.0.1' },
    { title: 'are then looked up again', ttl: undefined, atMs: 31_000, expected: '10.0.0.2' },
  ])('$title', async ({ ttl, atMs, expected }) => {
    const { state, connect } = poolWith(ttl);
    expect(addressOf(await connect())).toBe('10.0.0.1');
    state.addresses = ['10.0.0.2'];
    state.nowMs = atMs;
    expect(addressOf(await connect())).toBe(expected);
  });

  it('are looked up once for all that wait for them', async () => {
    const { state, connect } = poolWith(undefined);
    await Promise.all([connect(), connect(), connect()]);
    expect(state.lookups).toBe(1);
  });

  it('stay known while the name cannot be looked up, unless addressttl says how long', async () => {
    const kept = poolWith(undefined);
    const strict = poolWith(10);
    for (const { state, connect } of [kept, strict]) {
      await connect();
      state.addresses = undefined;
      state.nowMs = 40_000;
    }
    expect(addressOf(await kept.connect())).toBe('10.0.0.1');
    expect(await strict.pool.connect()).toEqual({ kind: 'dns' });
  });

  it('that are gone take idle connections with them', async () => {
    const { state, pool, connect, sweep } = poolWith(undefined);
    const idle = await connect();
    const busy = await connect();
    busy!.exchange = { onData() {}, onEnd() {}, onFailure() {}, onDrain() {} };
    pool.release(idle!);
    state.addresses = ['10.0.0.2'];
    state.nowMs = 31_000;
    sweep();
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect([idle!.isClosed, busy!.isClosed, busy!.mustClose]).toEqual([true, false, true]);
  });
});
