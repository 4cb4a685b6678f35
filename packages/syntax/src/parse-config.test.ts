import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ConfigFile, lines, logicalLine, parseConfig, printConfig, splitLine } from './index.ts';

const latin1 = fc
  .array(fc.integer({ min: 0, max: 255 }), { maxLength: 200 })
  .map((codes) => String.fromCharCode(...codes));

const blanks = fc.constantFrom('', ' ', '\t', ' \\\n ', '\\\r\n', '\r', '\v');
const name = fc.constantFrom('A', 'b', 'Directory', `\${X}`, '"q r"', "'", '"', '/', 'a/b>', '""', '\\\\');
const rest = fc.constantFrom(
  '',
  ' x',
  ' "a b"',
  '>',
  ' x>',
  ' > y',
  '\\',
  '\\\\',
  ' \\ ',
  '\0 z',
  '#',
  '\xa0',
);
const opening = fc.constantFrom('', '', '<', '</', '"<', "'</", '#', '# <', '\xef\xbb\xbf');
const lineEnd = fc.constantFrom('\n', '\n', '\r\n', '\n\n', '\\\n', '\\\r\n', '\0\n', '');
const config = fc
  .array(fc.tuple(blanks, opening, name, rest, lineEnd), { maxLength: 25 })
  .map((rows) => rows.flat().join(''));

const anyText = fc.oneof(latin1, config, fc.string({ unit: 'binary', maxLength: 60 }));

describe('parseConfig', () => {
  it('loses nothing: what it reads prints as it was', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(printConfig(parseConfig(text, 'x'))).toBe(text);
      }),
      { numRuns: 5000 },
    );
  });

  it('gives each line the lines that httpd would take for it, without a gap', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        let at = 0;
        for (const line of lines(parseConfig(text, 'x'))) {
          expect(line.lineStart).toBe(at);
          expect(line.start).toBeGreaterThanOrEqual(at);
          expect(line.end).toBeGreaterThanOrEqual(line.start);
          expect(line.lineEnd).toBeGreaterThanOrEqual(line.end);
          at = line.lineEnd;
        }
        expect(at).toBe(text.length);
      }),
      { numRuns: 2000 },
    );
  });

  it('splits a line as splitLine does', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const file = parseConfig(text, 'x');
        for (const line of lines(file)) {
          if (line.kind !== 'comment') expect(wordsOf(line)).toEqual(splitLine(logicalLine(file, line)));
        }
      }),
      { numRuns: 5000 },
    );
  });

  it('knows sections that were cut off from sections that were left open', () => {
    const file = parseConfig('<A>\n<B>\n<C>\n</b>\n<D>\n', 'x');
    const sections = [...lines(file)].filter((line) => line.kind === 'section');
    const ends = sections.map(({ name, close, endedBy }) => [name, close?.word, endedBy?.word]);
    expect(ends).toEqual([
      ['A', undefined, undefined],
      ['B', '</b>', undefined],
      ['C', undefined, '</b>'],
      ['D', undefined, undefined],
    ]);
  });

  const depth = 100_000;
  it.each([
    { title: 'closed', text: '<A x>\n'.repeat(depth) + '</A>\n'.repeat(depth), expected: 2 * depth },
    { title: 'left open', text: '<A x>\n'.repeat(depth), expected: depth },
    { title: 'cut off', text: `<B>\n${'<A x>\n'.repeat(depth)}</B>\n`, expected: depth + 2 },
    { title: 'closed wrongly', text: '<A x>\n'.repeat(depth) + '</B>\n'.repeat(depth), expected: 2 * depth },
  ])('survives $title sections, a hundred thousand deep', ({ text, expected }) => {
    const file = parseConfig(text, 'x');
    expect(countLines(file)).toBe(expected);
    expect(printConfig(file)).toBe(text);
  });

  it.each([
    { title: 'in quotes', text: `"${'a\\"'.repeat(3_000_000)}` },
    { title: 'of blanks', text: `Foo x${' '.repeat(9_000_000)}` },
    { title: 'of continuations', text: '\\\n'.repeat(300_000) },
    { title: 'of backslashes before empty lines', text: `${'\\'.repeat(99_999)}\n${'\n'.repeat(99_999)}` },
  ])('survives one long line $title', ({ text }) => {
    const file = parseConfig(text, 'x');
    expect(countLines(file)).toBe(1);
    expect(printConfig(file)).toBe(text);
  });
});

function wordsOf(line: ReturnType<typeof lines> extends Generator<infer L> ? L : never) {
  if (line.kind === 'blank' || line.kind === 'comment') return undefined;
  const kind = line.kind === 'stray-close' ? 'close' : line.kind;
  const { name, arguments: args } = line;
  return { kind, name, arguments: args, word: expect.any(String) };
}

function countLines(file: ConfigFile): number {
  return [...lines(file)].length;
}
