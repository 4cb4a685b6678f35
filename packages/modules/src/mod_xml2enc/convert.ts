import type { Charsets } from '@httpd-ts/kernel';
import { latin1Bytes } from '../body-source.ts';

/** Text that comes piece by piece, in UTF-8 with one character a byte. */
export interface ToUtf8 {
  push(text: string): string;
  end(): string;
}

const isLatin1 = (name: string) => /^(?:iso[-_]?8859-1|latin-?1|l1)$/i.test(name);
/** No name at all is that of the locale, which is C. */
const isAscii = (name: string) => /^(?:(?:(?:us-?)?ascii|us|ansi_x3\.4-19(?:68|86)|iso646-us)?)$/i.test(name);
const isUtf8 = (name: string) => /^utf-?8$/i.test(name);

const isUtf16 = (name: string) => /^(?:utf-?16|ucs-?2|iso-10646-ucs-2)/i.test(name);

/** Whether a charset can be converted. */
export function isConvertible(name: string, charsets: Charsets): boolean {
  return isLatin1(name) || isUtf8(name) || isAscii(name) || charsets.decoder(name) !== undefined;
}

/** A converter from a charset; undefined stands for one that is not known, which is read as ISO-8859-1. */
export function toUtf8(charset: string | undefined, charsets: Charsets): ToUtf8 {
  if (charset === undefined || isLatin1(charset)) return { push: latin1ToUtf8, end: () => '' };
  if (isUtf8(charset)) return validUtf8();
  const decode = charsets.decoder(charset);
  if (decode === undefined) return { push: latin1ToUtf8, end: () => '' };
  // What stands for nothing in UTF-16 is left out.
  const known = (text: string) => encodeUtf8(isUtf16(charset) ? text.replaceAll('\ufffd', '') : text);
  return {
    push: (text) => known(decode(latin1Bytes(text), false)),
    end: () => known(decode(none, true)),
  };
}

const none = new Uint8Array(0);

/** Stands before the first character of a page that is not in UTF-8 as it says; no byte of UTF-8. */
export const brokenMark = '\xff';

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
      return text.slice(0, valid) + brokenMark + latin1ToUtf8(rest);
    },
    end: () => (isBroken || rest === '' ? '' : brokenMark + latin1ToUtf8(rest)),
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
  return text.replace(/[\xc2-\xf4][\x80-\xbf]{1,3}/g, (bytes) => {
    const first = bytes.charCodeAt(0);
    let code = first < 0xe0 ? first & 31 : first < 0xf0 ? first & 15 : first & 7;
    for (let i = 1; i < bytes.length; i++) code = (code << 6) | (bytes.charCodeAt(i) & 63);
    return String.fromCodePoint(Math.min(code, 0x10ffff));
  });
}

/**
 * Text in another charset, up to what has no place there or stands for nothing (`isInvalid`), or to a character of which
 * only the beginning is there; the rest begins with it. httpd: apr_xlate_conv_buffer, which is iconv
 */
export type Converter = (text: string) => {
  readonly text: string;
  readonly rest: string;
  readonly isInvalid: boolean;
};

/** Converts from a charset that can be converted to UTF-8. */
export function converterToUtf8(name: string, charsets: Charsets): Converter {
  if (isUtf8(name)) {
    return (text) => {
      const rest = text.slice(validLength(text));
      const valid = text.slice(0, text.length - rest.length);
      return { text: valid, rest, isInvalid: rest !== '' && !isBeginning(rest) };
    };
  }
  const bytes = oneByteCharacters(name, charsets);
  if (bytes === undefined) return converterOfManyBytes(name, charsets);
  return (text) => {
    const end = text.search(bytes.undefined);
    const valid = end < 0 ? text : text.slice(0, end);
    const converted = valid.replace(/[\x80-\xff]/g, (char) => bytes.texts[char.charCodeAt(0)]!);
    return { text: converted, rest: text.slice(valid.length), isInvalid: end >= 0 };
  };
}

/** The controls that windows-125x leaves undefined, which the WHATWG standard fills. */
const isFilledIn = (name: string, byte: number, text: string) =>
  /^(?:windows-|cp-?)/i.test(name) && byte < 0xa0 && text.charCodeAt(0) === byte;

interface OneByteCharacters {
  /** UTF-8 by byte; undefined for one that stands for nothing. */
  readonly texts: readonly (string | undefined)[];
  readonly undefined: RegExp;
}

/** Undefined for a charset that has characters of more bytes. */
function oneByteCharacters(name: string, charsets: Charsets): OneByteCharacters | undefined {
  const texts: (string | undefined)[] = [];
  for (let byte = 0; byte < 256; byte++) {
    const text = isAscii(name)
      ? byte < 0x80 && String.fromCharCode(byte)
      : isLatin1(name)
        ? String.fromCharCode(byte)
        : charsets.decoder(name)!(Uint8Array.of(byte), true);
    if (text === '' || (byte < 0x80 && text !== String.fromCharCode(byte))) return undefined;
    const isDefined = text !== false && text !== '\ufffd' && !(byte >= 0x80 && isFilledIn(name, byte, text));
    texts.push(isDefined ? encodeUtf8(text) : undefined);
  }
  const isOneByte = isAscii(name) || texts.filter((text) => text === undefined).length < 64;
  if (!isOneByte) return undefined;
  const missing = texts.flatMap((text, byte) => (text === undefined ? [`\\x${byte.toString(16)}`] : []));
  return { texts, undefined: missing.length === 0 ? /(?!)/ : new RegExp(`[${missing.join('')}]`) };
}

function converterOfManyBytes(name: string, charsets: Charsets): Converter {
  return (text) => {
    const bytes = latin1Bytes(text);
    const whole = charsets.decoder(name)!(bytes, true);
    if (!whole.includes('\ufffd')) return { text: encodeUtf8(whole), rest: '', isInvalid: false };
    const decode = charsets.decoder(name)!;
    let converted = '';
    let start = 0;
    for (let at = 0; at < bytes.length; at++) {
      const char = decode(bytes.subarray(at, at + 1), false);
      if (char === '') continue;
      if (char.includes('\ufffd'))
        return { text: encodeUtf8(converted), rest: text.slice(start), isInvalid: true };
      converted += char;
      start = at + 1;
    }
    return { text: encodeUtf8(converted), rest: text.slice(start), isInvalid: false };
  };
}

const oneCharacter =
  /[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}/y;

/** Converts text in UTF-8 to a charset. Undefined for one that is not known. */
export function converterFromUtf8(name: string, charsets: Charsets): Converter | undefined {
  if (isUtf16(name)) return converterToUtf16(name);
  const bytesOf = encoderOf(name, charsets);
  if (bytesOf === undefined) return undefined;
  return (text) => {
    let converted = '';
    let at = 0;
    for (;;) {
      const special = /[\x80-\xff]/g;
      special.lastIndex = at;
      const next = special.exec(text)?.index ?? text.length;
      converted += text.slice(at, next);
      at = next;
      if (at === text.length) return { text: converted, rest: '', isInvalid: false };
      oneCharacter.lastIndex = at;
      const char = oneCharacter.exec(text)?.[0];
      const bytes = char === undefined ? undefined : bytesOf(char);
      if (char === undefined || bytes === undefined) {
        const rest = text.slice(at);
        return { text: converted, rest, isInvalid: char !== undefined || !isBeginning(rest) };
      }
      converted += bytes;
      at += char.length;
    }
  };
}

/** Without a word on the order of the bytes the lower comes first, and UTF-16 begins with a mark that says so. */
function converterToUtf16(name: string): Converter {
  const isBig = /be$/i.test(name);
  let mark = /^utf-?16$/i.test(name) ? '\xff\xfe' : '';
  return (text) => {
    const rest = text.slice(validLength(text));
    let converted = mark;
    mark = '';
    const valid = decodeUtf8(text.slice(0, text.length - rest.length));
    for (let i = 0; i < valid.length; i++) {
      const unit = valid.charCodeAt(i);
      const bytes = [String.fromCharCode(unit & 255), String.fromCharCode(unit >> 8)];
      converted += isBig ? bytes.reverse().join('') : bytes.join('');
    }
    return { text: converted, rest, isInvalid: rest !== '' && !isBeginning(rest) };
  };
}

/** The bytes of a character beyond ASCII, itself given as its bytes in UTF-8. */
function encoderOf(name: string, charsets: Charsets): ((char: string) => string | undefined) | undefined {
  if (isUtf8(name)) return (char) => char;
  if (isAscii(name)) return () => undefined;
  if (isLatin1(name)) {
    return (char) => {
      const text = decodeUtf8(char);
      return text > '\xff' ? undefined : text;
    };
  }
  if (charsets.decoder(name) === undefined) return undefined;
  const table = encodingTable(name, charsets);
  return (char) => table.get(decodeUtf8(char));
}

/** What one or two bytes stand for, the other way round. */
function encodingTable(name: string, charsets: Charsets): ReadonlyMap<string, string> {
  const table = new Map<string, string>();
  const add = (...bytes: number[]) => {
    const text = charsets.decoder(name)!(Uint8Array.from(bytes), true);
    const isOne = text.length === 1 && text !== '\ufffd' && !isFilledIn(name, bytes[0]!, text);
    if (isOne && !table.has(text)) table.set(text, String.fromCharCode(...bytes));
    return isOne;
  };
  for (let first = 0x80; first < 0x100; first++) {
    if (add(first)) continue;
    for (let second = 0x40; second < 0xff; second++) add(first, second);
  }
  return table;
}
