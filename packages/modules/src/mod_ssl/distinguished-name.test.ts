import { describe, expect, it } from 'vitest';
import { readName } from './certificate.ts';
import {
  commonNames,
  distinguishedName,
  loggedName,
  nameAttributes,
  oneLineName,
} from './distinguished-name.ts';
import { DerReader, TAG } from './read-der.ts';

const oids = { CN: [0x55, 4, 3], O: [0x55, 4, 10], unknown: [0x2b, 6, 1, 4, 1, 0x87, 0x67] } as const;
const UTF8 = TAG.utf8String;
const PRINTABLE = 0x13;
const BMP = 0x1e;

const value = (tag: number, content: readonly number[]) => [tag, content.length, ...content];
const bytesOf = (text: string) => [...text].map((char) => char.charCodeAt(0));

/** A name of parts, each of one attribute. */
function nameOf(...parts: readonly (readonly [keyof typeof oids, number, string])[]) {
  const sets = parts.flatMap(([type, tag, text]) =>
    value(
      TAG.set,
      value(TAG.sequence, [...value(TAG.objectIdentifier, oids[type]), ...value(tag, bytesOf(text))]),
    ),
  );
  return new DerReader(Uint8Array.from(value(TAG.sequence, sets))).take();
}

describe('names', () => {
  it.each([
    [nameOf(['O', UTF8, 'Trial'], ['CN', UTF8, 'a']), nameOf(['O', PRINTABLE, 'TRIAL'], ['CN', UTF8, 'A'])],
    [nameOf(['O', UTF8, ' Two  words ']), nameOf(['O', UTF8, 'two words'])],
    [nameOf(['O', 0x14, '\xe9']), nameOf(['O', UTF8, '\xc3\xa9'])],
    [nameOf(['O', BMP, '\0A\x20\xac']), nameOf(['O', UTF8, 'a\xe2\x82\xac'])],
  ])('are equal however they are written', (one, other) => {
    expect(readName(one).key).toBe(readName(other).key);
  });

  it.each([
    [nameOf(['O', UTF8, 'ab']), nameOf(['O', UTF8, 'a b'])],
    [nameOf(['O', UTF8, 'a']), nameOf(['CN', UTF8, 'a'])],
    [nameOf(['O', UTF8, 'a'], ['CN', UTF8, 'b']), nameOf(['CN', UTF8, 'b'], ['O', UTF8, 'a'])],
  ])('differ in what they say', (one, other) => {
    expect(readName(one).key).not.toBe(readName(other).key);
  });

  it.each([
    [nameOf(['O', UTF8, 'Trial'], ['CN', UTF8, 'a.example.com']), 'CN=a.example.com,O=Trial'],
    [nameOf(['O', UTF8, '#a, "b"\\ ']), 'O=\\#a\\, \\"b\\"\\\\\\ '],
    [nameOf(['O', UTF8, '\xc3\xa9\x01']), 'O=\\C3\\A9\\01'],
    [nameOf(['unknown', UTF8, 'a']), '1.3.6.1.4.1.999=#0C0161'],
    [nameOf(['O', 0x12, '12'], ['O', TAG.octetString, 'a']), 'O=#040161,O=12'],
  ])('have a text', (name, text) => {
    expect(loggedName(nameAttributes(name))).toBe(text);
  });

  it.each([
    [nameOf(['O', UTF8, '\xc3\xa9\x01']), 'O=\xc3\xa9\\01', '/O=\\xC3\\xA9\\x01'],
    [nameOf(['O', BMP, '\xd8\x3d\0a']), 'O=\xef\xbf\xbda', '/O=\\xEF\\xBF\\xBDa'],
    [
      nameOf(['unknown', UTF8, 'a'], ['CN', UTF8, 'b']),
      'CN=b,1.3.6.1.4.1.999=#0C0161',
      '/1.3.6.1.4.1.999=a/CN=b',
    ],
  ])('have texts for variables', (name, text, oneLine) => {
    const attributes = nameAttributes(name);
    expect([distinguishedName(attributes), oneLineName(attributes)]).toEqual([text, oneLine]);
  });

  it('may have several common names', () => {
    expect(
      commonNames(nameAttributes(nameOf(['CN', UTF8, 'a'], ['O', UTF8, 'x'], ['CN', PRINTABLE, 'b']))),
    ).toEqual(['a', 'b']);
  });
});
