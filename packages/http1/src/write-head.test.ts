import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HeaderTable } from './header-table.ts';
import { areFit, checkResponseHeaders } from './write-head.ts';

test.each([
  ['a plain field', 'Location', 'http://other.example/', true],
  ['a tab and bytes above 127', 'X', 'a\tb\xe4', true],
  ['a field hidden in a value', 'Location', 'http://other.example/a\r\nEvil: y', false],
  ['a bare LF', 'X', 'a\nEvil: y', false],
  ['a bare CR', 'X', 'a\rb', false],
  ['a folded value, which is unfolded first', 'X', 'a\r\n b', false],
  ['a NUL', 'X', 'a\0', false],
  ['no name', '', 'a', false],
  ['a name with a blank', 'X Y', 'a', false],
  ['a field hidden in a name', 'X: a\r\nY', 'b', false],
])('%s', (_, name, value, fit) => {
  for (let time = 0; time < 2; time++) expect(areFit(HeaderTable.of([[name, value]]))).toBe(fit);
});

test('what is fit is what the check would leave as it is, and makes a line for each entry', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', ':', ' ', '\r', '\n', '\t', '\0', '\x7f', '\xe4'),
    maxLength: 6,
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { maxLength: 4 }), (entries) => {
      const headers = HeaderTable.of(entries);
      const lines = headers.toLines();
      const isFit = areFit(headers);
      const leavesAll = checkResponseHeaders(headers, true) === undefined && headers.toLines() === lines;
      expect(isFit).toBe(leavesAll);
      if (isFit) expect(lines.split('\n').length - 1).toBe(entries.length);
    }),
  );
});
