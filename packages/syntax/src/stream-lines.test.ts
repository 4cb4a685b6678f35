import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lines } from './lines.ts';
import type { Line } from './nodes.ts';
import { parseConfig } from './parse-config.ts';
import { streamLines } from './stream-lines.ts';

/** A line without what only a tree tells. */
function alone(line: Line) {
  if (line.kind === 'close') return { ...line, kind: 'stray-close' };
  if (line.kind !== 'section') return line;
  const { close, endedBy, children, ...rest } = line;
  return { ...rest, children: [] };
}

function streamed(text: string): readonly Line[] {
  const { lines: given } = streamLines(text, 'test.conf');
  const found: Line[] = [];
  for (let step = given.next(); !step.done; step = given.next()) found.push(step.value);
  return found;
}

const expected = (text: string) => [...lines(parseConfig(text, 'test.conf'))].map(alone);

const piece = fc.constantFrom(
  'Listen 80',
  '<VirtualHost *:80>',
  '</VirtualHost>',
  '</virtualhost',
  '<IfModule "a b">',
  '</IfModule>',
  '"" x',
  '# comment',
  'a \\',
  '  ',
  '\\',
  '\r',
  '\n',
  '\n',
);

describe('streamLines', () => {
  it('gives the lines of the tree, whatever the text', () => {
    const text = fc.array(fc.oneof(piece, fc.string()), { maxLength: 40 }).map((parts) => parts.join('\n'));
    fc.assert(
      fc.property(text, (given) => {
        expect(streamed(given)).toEqual(expected(given));
      }),
      { numRuns: 2000 },
    );
  });

  it('goes on where a block of the text ends', () => {
    const text = Array.from(
      { length: 9000 },
      (_, i) => `<Files ${i}>\nHeader set X ${i} \\\n y\n</Files>\n`,
    ).join('');
    expect(streamed(text)).toEqual(expected(text));
  });
});
