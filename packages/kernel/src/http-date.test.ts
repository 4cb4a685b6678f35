import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatHttpDate, parseHttpDate } from './http-date.ts';

describe('http dates', () => {
  it.each([
    ['Sun, 06 Nov 1994 08:49:37 GMT', 784111777000],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 784111777000],
    ['Sun Nov  6 08:49:37 1994', 784111777000],
  ])('%s', (text, expected) => {
    expect(parseHttpDate(text)).toBe(expected);
  });

  it('gives undefined for anything else', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const parsed = parseHttpDate(text);
        expect(parsed === undefined || Number.isInteger(parsed)).toBe(true);
      }),
    );
    expect(parseHttpDate('yesterday')).toBeUndefined();
    expect(parseHttpDate('Sun, 32 Nov 1994 08:49:37 GMT')).toBeUndefined();
  });

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800 }), (second) => {
        expect(parseHttpDate(formatHttpDate(second * 1000))).toBe(second * 1000);
      }),
    );
  });
});
