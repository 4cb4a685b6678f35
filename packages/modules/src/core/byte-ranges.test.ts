import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limitRanges, readRanges, sliceBody } from './byte-ranges.ts';

const whole = 'whole';
const cases: { title: string; header: string; length?: number; expected: string }[] = [
  { title: 'one range', header: '0-9', expected: '0-9' },
  { title: 'a suffix', header: '-5', expected: '95-99' },
  { title: 'a suffix longer than the file', header: '-200', expected: '0-99' },
  { title: 'an open end', header: '95-', expected: '95-99' },
  { title: 'an end beyond the file', header: '90-500', expected: '90-99' },
  { title: 'two apart', header: '0-5,10-15', expected: '0-5 10-15' },
  { title: 'two that overlap', header: '0-5,3-10', expected: '0-10' },
  { title: 'two that touch', header: '0-5,6-9', expected: '0-9' },
  { title: 'a reversal that touches', header: '1-1,0-0,3-3', expected: '0-1 3-3' },
  { title: 'an empty item in the middle', header: '0-5,,7-8', expected: '0-5 7-8' },
  { title: 'an empty item in front', header: ',0-1', expected: whole },
  { title: 'one satisfiable of two', header: '0-1,100-', expected: '0-1' },
  { title: 'none satisfiable', header: '100-,200-300', expected: 'unsatisfiable' },
  { title: 'start behind end', header: '5-2', expected: whole },
  { title: 'no bytes from the end', header: '-0', expected: whole },
  { title: 'a blank', header: '0-5, 10-12', expected: whole },
  { title: 'a sign', header: '+1-2', expected: whole },
  { title: 'no dash', header: '5', expected: whole },
  { title: 'nothing', header: '', expected: whole },
  { title: 'the largest start', header: '9223372036854775807-', expected: 'unsatisfiable' },
  { title: 'one more than that', header: '9223372036854775808-', expected: whole },
];

const limits = { maxRanges: 200, maxRangeOverlaps: 20, maxRangeReversals: 20 };

function shown(header: string, length = 100, maxRanges = 200): string {
  const read = limitRanges(readRanges(header, length), { ...limits, maxRanges });
  return read.kind === 'ranges' ? read.ranges.map(([start, end]) => `${start}-${end}`).join(' ') : read.kind;
}

describe('readRanges', () => {
  it.each(cases)('$title: $header', ({ header, length, expected }) => {
    expect(shown(header, length)).toBe(expected);
  });

  it('ignores a header with more ranges than allowed', () => {
    expect(shown('0-1,3-4', 100, 1)).toBe(whole);
    expect(shown('0-1,3-4', 100, 2)).toBe('0-1 3-4');
    expect(shown('0-1,3-4', 100, -1)).toBe('0-1 3-4');
    // Counted are those that are left.
    expect(shown('0-1,2-4,200-', 100, 1)).toBe('0-4');
    expect(shown('0-1', 100, 0)).toBe(whole);
    expect(shown('200-', 100, 0)).toBe('unsatisfiable');
  });

  it('counts what it merged', () => {
    expect(readRanges('5-6,4-4,3-3', 100)).toMatchObject({ overlaps: 2, reversals: 2 });
  });

  it('stays within the file whatever it reads', () => {
    const spec = fc.string({ unit: fc.constantFrom('0', '1', '9', '-', ',', ' ') });
    fc.assert(
      fc.property(spec, fc.integer({ min: 1, max: 50 }), (header, length) => {
        const read = readRanges(header, length);
        if (read.kind !== 'ranges') return;
        for (const [start, end] of read.ranges) {
          expect(start).toBeLessThanOrEqual(end);
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeLessThan(length);
        }
      }),
    );
  });
});

describe('sliceBody', () => {
  it('cuts across the parts of a sequence', () => {
    const body = {
      kind: 'sequence' as const,
      parts: [
        { kind: 'text' as const, text: 'abc' },
        { kind: 'text' as const, text: 'def' },
      ],
    };
    expect(sliceBody(body, 2, 3)).toEqual({
      kind: 'sequence',
      parts: [
        { kind: 'text', text: 'c' },
        { kind: 'text', text: 'de' },
      ],
    });
  });

  it('cannot cut a stream', () => {
    const source = { pull: () => null, abort() {} };
    expect(sliceBody({ kind: 'source', length: 9, source }, 0, 1)).toBeUndefined();
  });
});
