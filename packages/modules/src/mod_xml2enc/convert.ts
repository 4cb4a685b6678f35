import type { Charsets } from '@httpd-ts/kernel';
import { latin1Bytes } from '../body-source.ts';

/** Text that comes piece by piece, in UTF-8 with one character a byte. */
export interface ToUtf8 {
  push(text: string): string;
  end(): string;
}

const isLatin1 = (name: string) => /^(?:iso[-_]?8859-1|latin-?1|l1|(?:us-)?ascii)$/i.test(name);
const isUtf8 = (name: string) => /^utf-?8$/i.test(name);

/** Whether a charset can be converted. */
export function isConvertible(name: string, charsets: Charsets): boolean {
  return isLatin1(name) || isUtf8(name) || charsets.decoder(name) !== undefined;
}

/** A converter from a charset; undefined stands for one that is not known, which is read as ISO-8859-1. */
export function toUtf8(charset: string | undefined, charsets: Charsets): ToUtf8 {
  if (charset === undefined || isLatin1(charset)) return { push: latin1ToUtf8, end: () => '' };
  if (isUtf8(charset)) return validUtf8();
  const decode = charsets.decoder(charset);
  if (decode === undefined) return { push: latin1ToUtf8, end: () => '' };
  return {
    push: (text) => encodeUtf8(decode(latin1Bytes(text), false)),
    end: () => encodeUtf8(decode(none, true)),
  };
}

const none = new Uint8Array(0);

/** From the first byte that is no UTF-8 on, a page is taken to be ISO-8859-1, as libxml2 does. */
function validUtf8(): ToUtf8 {
  let isBroken = false;
  let rest = '';
  return {
    push(piece) {
      if (isBroken) return latin1ToUtf8(piece);
      const text = rest + piece;
      const valid = validLength(text);
      if (valid === text.length) {
        rest = '';
        return text;
      }
      rest = text.slice(valid);
      if (rest.length < 4 && isBeginning(rest)) return text.slice(0, valid);
      isBroken = true;
      return text.slice(0, valid) + latin1ToUtf8(rest);
    },
    end: () => (isBroken ? '' : latin1ToUtf8(rest)),
  };
}

const whole =
  /[\0-\x7f]+|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}/y;

function validLength(text: string): number {
  let at = 0;
  for (;;) {
    whole.lastIndex = at;
    if (!whole.test(text)) return at;
    at = whole.lastIndex;
  }
}

/** The first bytes of a character whose others are yet to come. */
const isBeginning = (text: string) =>
  /^(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})$/.test(text);

export function latin1ToUtf8(text: string): string {
  return text.replace(/[\x80-\xff]/g, (char) => {
    const code = char.charCodeAt(0);
    return String.fromCharCode(0xc0 | (code >> 6), 0x80 | (code & 63));
  });
}

/** Characters as their bytes in UTF-8. */
function encodeUtf8(text: string): string {
  return text.replace(/[^\0-\x7f]/gu, (char) => {
    const code = char.codePointAt(0)!;
    if (code < 0x800) return String.fromCharCode((code >> 6) | 0xc0, (code & 63) | 128);
    if (code < 0x10000)
      return String.fromCharCode((code >> 12) | 0xe0, ((code >> 6) & 63) | 128, (code & 63) | 128);
    return String.fromCharCode(
      (code >> 18) | 0xf0,
      ((code >> 12) & 63) | 128,
      ((code >> 6) & 63) | 128,
      (code & 63) | 128,
    );
  });
}

/** The characters of text in UTF-8. */
function decodeUtf8(text: string): string {
  return text.replace(/[\xc2-\xf4][\x80-\xbf]+/g, (bytes) => {
    const first = bytes.charCodeAt(0);
    let code = first < 0xe0 ? first & 31 : first < 0xf0 ? first & 15 : first & 7;
    for (let i = 1; i < bytes.length; i++) code = (code << 6) | (bytes.charCodeAt(i) & 63);
    return String.fromCodePoint(Math.min(code, 0x10ffff));
  });
}

/** Text in UTF-8 in another charset; undefined for text with a character that has no place in it. */
export type CharsetEncoder = (text: string) => string | undefined;

/** Converts text in UTF-8 to a charset. Undefined for one that is not known. */
export function charsetEncoder(name: string, charsets: Charsets): CharsetEncoder | undefined {
  if (isUtf8(name)) return (text) => text;
  if (isLatin1(name)) {
    return (text) => {
      const decoded = decodeUtf8(text);
      return /[^\0-\xff]/.test(decoded) ? undefined : decoded;
    };
  }
  if (charsets.decoder(name) === undefined) return undefined;
  const table = encodingTable(name, charsets);
  return (text) => {
    let result = '';
    for (const char of decodeUtf8(text)) {
      const bytes = char < '\x80' ? char : table.get(char);
      if (bytes === undefined) return undefined;
      result += bytes;
    }
    return result;
  };
}

/** What one or two bytes stand for, the other way round. */
function encodingTable(name: string, charsets: Charsets): ReadonlyMap<string, string> {
  const table = new Map<string, string>();
  const add = (...bytes: number[]) => {
    const text = charsets.decoder(name)!(Uint8Array.from(bytes), true);
    const isOne = text.length === 1 && text !== '\ufffd';
    if (isOne && !table.has(text)) table.set(text, String.fromCharCode(...bytes));
    return isOne;
  };
  for (let first = 0x80; first < 0x100; first++) {
    if (add(first)) continue;
    for (let second = 0x40; second < 0xff; second++) add(first, second);
  }
  return table;
}
