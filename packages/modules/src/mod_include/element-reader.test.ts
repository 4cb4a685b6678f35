import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ElementReader } from './element-reader.ts';

/** What a reader finds in a document that comes in these pieces. */
function read(pieces: readonly string[], start = '<!--#', end = '-->'): unknown[] {
  const found: unknown[] = [];
  let text = '';
  const reader = new ElementReader({ start, end }, (message) => found.push(message));
  const execute = () => {
    if (text !== '') found.push(text);
    text = '';
    found.push([reader.name, ...reader.attributes.map(({ name, value }) => `${name}=${value}`)]);
    reader.state = 'text';
  };
  for (const piece of pieces) {
    let rest = piece;
    while (rest !== '') {
      if (reader.state === 'execute') execute();
      const step = reader.step(rest);
      text += step.text ?? '';
      rest = (step.again ?? '') + rest.slice(step.used);
    }
  }
  if (reader.state === 'afterNameEnd') reader.step('');
  if (reader.state === 'execute') execute();
  if (text + reader.heldText !== '') found.push(text + reader.heldText);
  if (reader.isInside) found.push('unfinished');
  return found;
}

describe('ElementReader', () => {
  it.each([
    ['a<!--#echo var="X" -->b', ['a', ['echo', 'var=X'], 'b']],
    ['<!--#ECHO-->', [['echo']]],
    [`<!--#set var='a b' value="c\\"d\\\\e" -->`, [['set', 'var=a b', 'value=c"d\\\\e']]],
    ['<!--#echo var=X-->', ['unfinished']],
    ['<!--#a-b -x ->', ['unfinished']],
    ['<!-<!--#x --><!--', ['<!-', ['x'], '<!--']],
  ])('reads %j', (document, found) => {
    expect(read([document])).toEqual(found);
  });

  it('does not depend on how a document is cut', () => {
    const part = fc.constantFrom('<!--#', '-->', '<!', '-', ' ', 'x', '=', '"', '\\', 'echo', '\n');
    fc.assert(
      fc.property(fc.array(fc.array(part, { maxLength: 4 }), { maxLength: 8 }), (pieces) => {
        const texts = pieces.map((parts) => parts.join(''));
        const whole = texts.join('');
        expect(read([...whole])).toEqual(read([whole]));
        expect(read(texts)).toEqual(read([whole]));
      }),
    );
  });

  it('finds tags that begin like themselves', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 }), (text) => {
        expect(read([...text], 'aab', 'ba')).toEqual(read([text], 'aab', 'ba'));
      }),
    );
  });
});
