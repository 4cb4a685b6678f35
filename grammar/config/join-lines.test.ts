import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileOffset, joinLines } from './join-lines.ts';

describe('joinLines', () => {
  it.each([
    { title: 'leaves text without continuation alone', input: 'a\nb', text: 'a\nb' },
    { title: 'joins across LF', input: 'a \\\n b\nc', text: 'a  b\nc' },
    { title: 'joins across CR LF', input: 'a\\\r\nb\r\n', text: 'ab\r\n' },
    { title: 'needs the line end directly behind the backslash', input: 'a\\ \nb', text: 'a\\ \nb' },
    { title: 'keeps a backslash at the end of the file', input: 'a\\', text: 'a\\' },
    { title: 'takes one of two backslashes', input: 'a\\\\\nb', text: 'a\\b' },
    { title: 'takes the other where an empty line follows', input: 'a\\\\\n\nb', text: 'ab' },
    { title: 'takes as many as empty lines follow', input: 'a\\\\\\\\\n\n\r\nb', text: 'a\\b' },
    { title: 'takes a CR kept before the line end', input: 'a\\\r\\\n\nb', text: 'ab' },
    { title: 'takes backslashes of several lines', input: 'a\\\\\n\\\\\n\n\nb', text: 'ab' },
    { title: 'ends the search at the start of the line', input: '\\\n\\\\\n\n\n', text: '\n' },
    { title: 'does not look into the line before', input: 'a\\ \n\\\n\nb', text: 'a\\ \n\nb' },
    { title: 'hides what is behind NUL', input: 'a\0b\\\nc\0', text: 'a\nc' },
    { title: 'hides the rest of a continued line only', input: 'a\\\nb\0c\nd', text: 'ab\nd' },
  ])('$title', ({ input, text }) => {
    expect(joinLines(input).text).toBe(text);
  });

  const piece = fc.constantFrom('a', '\\', '\\\\', '\\\n', '\\\r\n', '\n', '\r', '\r\n', '\0', ' ');
  const raw = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));

  it('does what reading line by line into one buffer does', () => {
    fc.assert(
      fc.property(raw, (text) => {
        expect(joinLines(text).text).toBe(joinOneByOne(text));
      }),
      {
        numRuns: 5000,
      },
    );
  });

  it('maps every joined character to the same character of the file', () => {
    fc.assert(
      fc.property(raw, (text) => {
        const joined = joinLines(text);
        const back = Array.from(joined.text, (_, at) => text[fileOffset(joined.cuts, at)]).join('');
        expect(back).toBe(joined.text);
      }),
      { numRuns: 2000 },
    );
  });
});

/** The reading loop of httpd, spelled out: one buffer for a logical line, one physical line at a time. */
function joinOneByOne(text: string): string {
  let result = '';
  let buffer = '';
  for (const physical of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const nul = physical.indexOf('\0');
    buffer += nul < 0 ? physical : physical.slice(0, nul);
    const continued = nul < 0 && /^([\s\S]*)\\\r?\n$/.exec(buffer);
    if (continued) {
      buffer = continued[1]!;
      continue;
    }
    result += nul >= 0 && physical.endsWith('\n') ? `${buffer}\n` : buffer;
    buffer = '';
  }
  return result + buffer;
}
