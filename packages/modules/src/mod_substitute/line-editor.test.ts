import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineEditor, LineTooLong } from './line-editor.ts';
import type { Substitution } from './read-substitution.ts';

const plain = (from: string, to: string, flattens = true): Substitution => ({
  from,
  to,
  ignoresCase: false,
  flattens,
});

function edit(substitutions: readonly Substitution[], chunks: readonly string[], maxLength = 1000): string {
  const editor = new LineEditor(substitutions, maxLength);
  let output = '';
  for (const chunk of chunks) {
    editor.take(chunk);
    editor.release();
    output += editor.takeReady().join('');
  }
  return output + editor.finish();
}

describe('LineEditor', () => {
  it('finds nothing across lines, nor across the ends of what an unflattened substitution has put in', () => {
    expect(edit([plain('a\nb', 'X')], ['a\nb'])).toBe('a\nb');
    expect(edit([plain('foo', 'bar', false), plain('r f', 'X')], ['foo foo'])).toBe('bar bar');
    expect(edit([plain('foo', 'bar'), plain('r b', 'X')], ['foo foo'])).toBe('baXar');
  });

  it('gives up on lines that are or become too long, whole or not', () => {
    expect(() => edit([plain('a', 'b')], ['x'.repeat(11)], 10)).toThrow(LineTooLong);
    expect(() => edit([plain('a', 'bbbb')], ['aaaa\n'], 10)).toThrow(LineTooLong);
    expect(edit([plain('a', 'bb')], ['aaaa\naaaa\n'], 10)).toBe('bbbbbbbb\nbbbbbbbb\n');
  });

  it('does not depend on how the text is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n'), maxLength: 12 })),
        (chunks) => {
          const substitutions = [plain('ab', 'ba', false), plain('a ', '<>')];
          expect(edit(substitutions, chunks)).toBe(edit(substitutions, [chunks.join('')]));
        },
      ),
    );
  });
});
