import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LeastFirst } from './least-first.ts';

describe('the least first', () => {
  it('is what a search through all finds, whatever was raised', () => {
    const raises = fc.array(fc.nat(9), { maxLength: 60 });
    fc.assert(
      fc.property(fc.array(fc.nat(9), { minLength: 1, maxLength: 40 }), raises, (numbers, amounts) => {
        const expected = [...numbers];
        const seen = new LeastFirst(Float64Array.from(numbers));
        for (const amount of amounts) {
          const least = Math.min(...expected);
          expect([seen.least, seen.first]).toEqual([least, expected.indexOf(least)]);
          expected[seen.first]! += amount;
          seen.raiseFirst(expected[seen.first]!);
        }
      }),
    );
  });
});
