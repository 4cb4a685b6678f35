import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textSearch } from './text-search.ts';

const byte = fc.oneof(
  fc.constantFrom('a', 'b', '/', '-', '1'),
  fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
);
const text = (minLength: number, maxLength: number) =>
  fc.array(byte, { minLength, maxLength }).map((chars) => chars.join(''));

describe('textSearch', () => {
  it('finds what a look at each text finds', () => {
    const lists = fc.array(fc.array(text(1, 7), { minLength: 1, maxLength: 3 }), { maxLength: 12 });
    fc.assert(
      fc.property(lists, text(0, 30), fc.nat(), (all, around, at) => {
        const picked = all.length === 0 ? '' : all[at % all.length]![0]!;
        const subject = around.slice(0, at % 31) + picked + around.slice(at % 31);
        const required = all.map((texts, place) => ({ texts, place }));
        const expected = required.filter(({ texts }) => texts.some((one) => subject.includes(one)));
        const found = [...textSearch(required).find(subject)].sort((one, other) => one - other);
        expect(found).toEqual(expected.map(({ place }) => place));
      }),
      { numRuns: 2000 },
    );
  });
});
