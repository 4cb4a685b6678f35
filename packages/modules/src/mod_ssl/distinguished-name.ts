import { encodeHex, entryOf } from '@httpd-ts/kernel';
import { DerReader, type DerValue, latin1, readObjectIdentifier, TAG } from './read-der.ts';

/** Kinds of text in names, by their tags. */
const LATIN1 = new Set([0x13, 0x14, 0x16, 0x1a]);
/** Numbers and times, which are shown as text and not compared as such. */
const SHOWN_ONLY = new Set<number>([0x12, TAG.utcTime, TAG.generalizedTime]);
const BMP = 0x1e;
const UNIVERSAL = 0x1c;

interface Attribute {
  readonly type: DerValue;
  readonly value: DerValue;
}

/** The parts of a name, each of which is a set of attributes. */
function partsOf(name: DerValue): readonly (readonly Attribute[])[] {
  return new DerReader(name.content).rest().map((part) =>
    new DerReader(part.content).rest().map(({ content }) => {
      const reader = new DerReader(content);
      return { type: reader.take(TAG.objectIdentifier), value: reader.take() };
    }),
  );
}

/**
 * The bytes by which names are compared and hashed: text in UTF-8 and small letters, with single spaces.
 * httpd: OpenSSL's canonical encoding, x509_name_canon
 */
export function canonicalName(name: DerValue): Uint8Array {
  return joined(
    partsOf(name).map((part) => {
      const attributes = part.map(({ type, value }) =>
        encode(TAG.sequence, joined([type.whole, canonicalValue(value)])),
      );
      return encode(TAG.set, joined(attributes.toSorted(compareBytes)));
    }),
  );
}

function canonicalValue(value: DerValue): Uint8Array {
  const text = utf8Of(value);
  if (text === undefined) return value.whole;
  const plain = latin1(text)
    .replace(/^[\t-\r ]+|[\t-\r ]+$/g, '')
    .replace(/[\t-\r ]+/g, ' ')
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return encode(
    TAG.utf8String,
    Uint8Array.from(plain, (char) => char.charCodeAt(0)),
  );
}

/** The bytes of a text in UTF-8; undefined for what is no text. */
export function utf8Of({ tag, content }: DerValue): Uint8Array | undefined {
  if (tag === TAG.utf8String) return content;
  if (LATIN1.has(tag)) return encodeUtf8([...content]);
  const width = tag === BMP ? 2 : tag === UNIVERSAL ? 4 : 0;
  if (width === 0 || content.length % width !== 0) return undefined;
  const points: number[] = [];
  for (let at = 0; at < content.length; at += width) {
    points.push(content.subarray(at, at + width).reduce((point, byte) => point * 256 + byte, 0));
  }
  return encodeUtf8(points);
}

function encodeUtf8(points: readonly number[]): Uint8Array {
  return Uint8Array.from(
    points.flatMap((character) => {
      const point = isCharacter(character) ? character : 0xfffd;
      if (point < 0x80) return [point];
      if (point < 0x800) return [0xc0 | (point >> 6), 0x80 | (point & 0x3f)];
      const tail = [0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f)];
      return point < 0x10000
        ? [0xe0 | (point >> 12), ...tail]
        : [0xf0 | ((point >> 18) & 7), 0x80 | ((point >> 12) & 0x3f), ...tail];
    }),
  );
}

const isCharacter = (point: number) => point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff);

/** OpenSSL's short names of the kinds of attributes. */
const shortNames: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.13': 'description',
  '2.5.4.15': 'businessCategory',
  '2.5.4.17': 'postalCode',
  '2.5.4.41': 'name',
  '2.5.4.42': 'GN',
  '2.5.4.43': 'initials',
  '2.5.4.46': 'dnQualifier',
  '2.5.4.65': 'pseudonym',
  '2.5.4.97': 'organizationIdentifier',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
  '1.2.840.113549.1.9.2': 'unstructuredName',
  '1.3.6.1.4.1.311.60.2.1.1': 'jurisdictionL',
  '1.3.6.1.4.1.311.60.2.1.2': 'jurisdictionST',
  '1.3.6.1.4.1.311.60.2.1.3': 'jurisdictionC',
};

/** An attribute of a name. */
export interface NameAttribute {
  /** Object identifier of its kind. */
  readonly oid: string;
  /** In UTF-8 where it is text, and as it stands otherwise; one character a byte. */
  readonly value: string;
  readonly isText: boolean;
  /** The value's encoding, for kinds that have no name. */
  readonly der: Uint8Array;
  /** Belongs to the attribute before it. */
  readonly isJoined: boolean;
}

/** The attributes of a name, in their order. */
export function nameAttributes(name: DerValue): readonly NameAttribute[] {
  return partsOf(name).flatMap((part) =>
    part.map(({ type, value }, index) => {
      const text = SHOWN_ONLY.has(value.tag) ? encodeUtf8([...value.content]) : utf8Of(value);
      return {
        oid: readObjectIdentifier(type),
        value: latin1(text ?? value.content),
        isText: text !== undefined,
        der: value.whole,
        isJoined: index > 0,
      };
    }),
  );
}

/** A name as RFC 2253 writes it, the last attribute first. httpd: modssl_X509_NAME_to_string */
export function distinguishedName(name: readonly NameAttribute[]): string {
  let text = '';
  for (let i = name.length - 1; i >= 0; i--) {
    const attribute = name[i]!;
    text += nameAndValue(attribute);
    if (i > 0) text += attribute.isJoined ? '+' : ',';
  }
  return text;
}

function nameAndValue({ oid, value, isText, der }: NameAttribute): string {
  const name = entryOf(shortNames, oid);
  const isShown = name !== undefined && isText;
  return `${name ?? oid}=${isShown ? escaped(value) : `#${encodeHex(der).toUpperCase()}`}`;
}

const escaped = (value: string) =>
  value.replace(/[,+"\\<>;]|^[ #]| $/g, '\\$&').replace(/[\0-\x1f\x7f]/g, (char) => `\\${hexOfChar(char)}`);

const hexOfChar = (char: string) => char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');

/** A name as the log shows it, in plain ASCII. httpd: modules/ssl/ssl_engine_log.c ssl_log_cert_error */
export const loggedName = (name: readonly NameAttribute[]): string =>
  distinguishedName(name).replace(/[\x80-\xff]/g, (char) => `\\${hexOfChar(char)}`);

/** A name in OpenSSL's old form, `/C=DE/CN=name`. httpd: X509_NAME_oneline */
export const oneLineName = (name: readonly NameAttribute[]): string =>
  name
    .map(({ oid, value }) => {
      const shown = value.replace(/[^ -~]/g, (char) => `\\x${hexOfChar(char)}`);
      return `/${entryOf(shortNames, oid) ?? oid}=${shown}`;
    })
    .join('');

/** The common names in a name. */
export const commonNames = (name: readonly NameAttribute[]): readonly string[] =>
  name.filter(({ oid, isText }) => oid === '2.5.4.3' && isText).map(({ value }) => value);

function encode(tag: number, content: Uint8Array): Uint8Array {
  const { length } = content;
  const octets: number[] = [];
  for (let left = length; left > 0; left = Math.floor(left / 256)) octets.unshift(left % 256);
  const head = length < 0x80 ? [tag, length] : [tag, 0x80 | octets.length, ...octets];
  return joined([Uint8Array.from(head), content]);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** The order of a set: the shorter of two that begin alike comes first. */
function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) if (a[at] !== b[at]) return a[at]! - b[at]!;
  return a.length - b.length;
}
