import { describe, expect, it } from 'vitest';
import { exposeEntryPoints, UnknownModuleError } from './expose-entry-points.ts';

describe('the PCRE2 module', () => {
  const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  for (const [title, bytes] of [
    ['is not an empty file', []],
    ['is not a module without sections', header],
    ['is not a module that ends early', [...header, 2, 5, 1]],
  ] as const) {
    it(title, () => expect(() => exposeEntryPoints(Uint8Array.from(bytes))).toThrow(UnknownModuleError));
  }
});
