import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeHex } from './hex.ts';

it.each([
  [[], ''],
  [[0, 9, 10, 255], '00090aff'],
])('bytes %j are written as %j', (bytes, text) => {
  expect(encodeHex(Uint8Array.from(bytes))).toBe(text);
});

it('each byte has two digits that give it back', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const pairs = encodeHex(bytes).match(/../g) ?? [];
      expect(pairs.map((pair) => Number.parseInt(pair, 16))).toEqual([...bytes]);
    }),
  );
});
