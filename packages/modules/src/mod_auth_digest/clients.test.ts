import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { memoryWorld } from '@httpd-ts/kernel/memory-world';
import { createRegexEngine } from '@httpd-ts/regex';
import { expect, test } from 'vitest';
import { digestClients } from './clients.ts';

const regex = createRegexEngine(
  readFileSync(createRequire(import.meta.url).resolve('@stephen-riley/pcre2-wasm/dist/libpcre2.wasm')),
);

test('the memory that is usual has room for twelve clients; the last of each bucket are given up for another one', () => {
  const clients = digestClients(memoryWorld({ regex }), undefined);
  const added = Array.from({ length: 13 }, () => clients.add(false));
  expect(added.map(({ key }) => key)).toEqual(Array.from({ length: 13 }, (_, i) => i + 1));
  expect(added.slice(0, 12).every(({ forgotten }) => forgotten === undefined)).toBe(true);
  expect(added[12]!.forgotten).toEqual({ now: 12, created: 12, removed: 12, renewed: 0 });
  expect([clients.has(1), clients.has(12), clients.has(13), clients.has(0)]).toEqual([
    false,
    false,
    true,
    false,
  ]);
});

test('who is met again is kept longest, and buckets lose one client each', () => {
  const clients = digestClients(memoryWorld({ regex }), 5000);
  for (let i = 0; i < 82; i++) clients.add(false);
  expect(clients.has(1)).toBe(true);
  expect(clients.add(true).forgotten).toEqual({ now: 29, created: 82, removed: 29, renewed: 0 });
  // 30 and 59 share the bucket of 1; of 2, 31 and 60 the first is the last.
  expect([1, 30, 59, 2, 31, 60].map((key) => clients.has(key))).toEqual([
    true,
    false,
    true,
    false,
    true,
    true,
  ]);
});

test('a use is noted unless it is refused', () => {
  const clients = digestClients(memoryWorld({ regex }), undefined);
  const { key = 0 } = clients.add(false);
  expect(clients.use(key, () => ({ time: 5n, count: 1n }))).toEqual({ time: 0n, count: 0n });
  expect(clients.use(key, () => undefined)).toEqual({ time: 5n, count: 1n });
  expect(clients.use(key + 1, () => undefined)).toBeUndefined();
});

test('memory too small for one client gives none', () => {
  expect(digestClients(memoryWorld({ regex }), 88).add(false).key).toBeUndefined();
});
