import { describe, expect, it } from 'vitest';
import {
  argumentOffset,
  type Line,
  lines,
  lineText,
  logicalLine,
  maxHtaccessLineLength,
  maxLineLength,
  parseConfig,
  position,
  tooLongAt,
} from './index.ts';

const text = '# c\r\n  \\\n Foo a \\\n\t"b\\\nc" d\0 hidden\n<If "x"> y\n</If>\n<Else>\n';
const file = parseConfig(text, 'x');
const all: Line[] = [...lines(file)];

describe('positions', () => {
  it.each([
    { at: 'Foo', line: 3, column: 2 },
    { at: '"b', line: 4, column: 2 },
    { at: 'hidden', line: 5, column: 7 },
    { at: '</If', line: 7, column: 1 },
  ])('$at stands in line $line, column $column', ({ at, line, column }) => {
    expect(position(file, text.indexOf(at))).toEqual({ line, column });
  });

  it('names the lines as httpd does', () => {
    expect(all.map(({ kind, line }) => [kind, line])).toEqual([
      ['comment', 1],
      ['directive', 5],
      ['section', 6],
      ['close', 7],
      ['section', 8],
    ]);
  });

  it('joins a line', () => {
    expect(all.map((line) => logicalLine(file, line))).toEqual([
      '# c',
      'Foo a \t"bc" d',
      '<If "x"> y',
      '</If>',
      '<Else>',
    ]);
  });

  it('gives the physical line for a caret', () => {
    expect(all.map((line) => lineText(file, line))).toEqual([
      '# c',
      ' Foo a \\',
      '<If "x"> y',
      '</If>',
      '<Else>',
    ]);
  });

  it('finds each character of the arguments in the file', () => {
    for (const line of all) {
      if (!('arguments' in line)) continue;
      const found = Array.from(line.arguments, (_, index) => text[argumentOffset(file, line, index)]);
      expect(found.join('')).toBe(line.arguments);
    }
  });
});

describe('tooLongAt', () => {
  const fill = (length: number) => '#'.repeat(length);
  // As apache2 -t and a request to a folder with that .htaccess answered.
  it.each([
    { title: 'the longest', line: `${fill(maxLineLength - 1)}\n`, expected: undefined },
    { title: 'one more', line: `${fill(maxLineLength)}\n`, expected: 1 },
    { title: 'the longest without line end', line: fill(maxLineLength), expected: undefined },
    { title: 'one more without line end', line: fill(maxLineLength + 1), expected: 1 },
    { title: 'CR counts', line: `${fill(maxLineLength - 1)}\r\n`, expected: 1 },
    { title: 'blanks count', line: `${' '.repeat(maxLineLength)}\n`, expected: 1 },
    {
      title: 'joined lines count together',
      line: `${fill(maxLineLength / 2)}\\\n${fill(maxLineLength / 2)}\n`,
      expected: 2,
    },
    {
      title: 'their backslashes do not',
      line: `${fill(maxLineLength / 2)}\\\n${fill(maxLineLength / 2 - 1)}\n`,
      expected: undefined,
    },
    { title: 'the line that is too much', line: `A \\\nb \\\n${fill(maxLineLength)}\n`, expected: 3 },
  ])('$title: $expected', ({ line, expected }) => {
    const long = parseConfig(line, 'x');
    expect(tooLongAt(long, long.children[0]!, maxLineLength)).toBe(expected);
  });

  it.each([
    { length: 8191, end: '\n', expected: undefined },
    { length: 8192, end: '\n', expected: 1 },
    { length: 8192, end: '', expected: undefined },
    { length: 8193, end: '', expected: 1 },
  ])('.htaccess: $length and $end', ({ length, end, expected }) => {
    const long = parseConfig(fill(length) + end, 'x');
    expect(tooLongAt(long, long.children[0]!, maxHtaccessLineLength)).toBe(expected);
  });
});
