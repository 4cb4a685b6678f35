import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseMagicLine } from './parse-magic-line.ts';

test('a rule below another one, at a place that is read from the file', () => {
  const { rule, complaints, isRefused } = parseMagicLine('>>(0x10.s-4) ubeshort&0xff00 >0x1200 \\b-%x');
  expect({ complaints, isRefused }).toEqual({ complaints: [], isRefused: false });
  expect(rule).toEqual({
    level: 2,
    offset: 16,
    indirect: { width: 'short', offset: -4 },
    type: 'beshort',
    isUnsigned: true,
    mask: 0xff00n,
    relation: '>',
    number: 0x1200n,
    text: '',
    joinsDirectly: true,
    description: '-%x',
  });
});

test('any line is read', () => {
  const line = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.tuple(
      fc.constantFrom('0 ', '>4 ', '>(2.b) '),
      fc.constantFrom('byte ', 'string ', 'ulong&'),
      fc.string(),
    ),
  );
  fc.assert(
    fc.property(line, (text) => {
      const { rule } = parseMagicLine(Array.isArray(text) ? text.join('') : text);
      expect(rule.description.length).toBeLessThan(50);
      expect(rule.text.length).toBeLessThan(64);
    }),
  );
});
