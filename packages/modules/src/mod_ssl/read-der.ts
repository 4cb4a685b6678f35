import { encodeHex } from '@httpd-ts/kernel';

/** One value of the distinguished encoding rules. */
export interface DerValue {
  /** The identifier's octet, such as `TAG.sequence`. */
  readonly tag: number;
  readonly content: Uint8Array;
  /** Identifier, length and content. */
  readonly whole: Uint8Array;
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** A tag of the context, by its number; one that holds other values has `isConstructed`. */
export const contextTag = (number: number, isConstructed: boolean) =>
  0x80 | (isConstructed ? 0x20 : 0) | number;

/** Bytes that are not what they should be. It never leaves `attempt`. */
class MalformedDer extends Error {}

/** Gives undefined where the bytes are not what is read from them. */
export function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedDer) return undefined;
    throw error;
  }
}

/** Reads the values within a value, one after the other. */
export class DerReader {
  private readonly bytes: Uint8Array;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  /** The next value, which must have that tag where one is named. */
  take(tag?: number): DerValue {
    const { bytes, at: start } = this;
    const found = bytes[start];
    if (found === undefined || (tag !== undefined && found !== tag)) throw new MalformedDer();
    // Numbers above 30 have identifiers of several octets, and nothing read here has one.
    if ((found & 0x1f) === 0x1f) throw new MalformedDer();
    const { length, at } = this.lengthAt(start + 1);
    const end = at + length;
    if (end > bytes.length) throw new MalformedDer();
    this.at = end;
    return { tag: found, content: bytes.subarray(at, end), whole: bytes.subarray(start, end) };
  }

  /** The next value if it has that tag. */
  takeIf(tag: number): DerValue | undefined {
    return this.bytes[this.at] === tag ? this.take(tag) : undefined;
  }

  /** What is within the next value. */
  enter(tag: number): DerReader {
    return new DerReader(this.take(tag).content);
  }

  enterIf(tag: number): DerReader | undefined {
    const value = this.takeIf(tag);
    return value === undefined ? undefined : new DerReader(value.content);
  }

  /** All that is left. */
  rest(): readonly DerValue[] {
    const values: DerValue[] = [];
    while (!this.isAtEnd) values.push(this.take());
    return values;
  }

  private lengthAt(start: number): { readonly length: number; readonly at: number } {
    const first = this.bytes[start];
    if (first === undefined) throw new MalformedDer();
    if (first < 0x80) return { length: first, at: start + 1 };
    const count = first & 0x7f;
    // Without a count the length is indefinite, which these rules do not have.
    if (count === 0 || count > 4 || start + count >= this.bytes.length) throw new MalformedDer();
    let length = 0;
    for (let index = 1; index <= count; index++) length = length * 256 + this.bytes[start + index]!;
    return { length, at: start + 1 + count };
  }
}

/** `2.5.29.20` */
export function readObjectIdentifier({ content }: DerValue): string {
  const numbers: number[] = [];
  let number = 0;
  for (const byte of content) {
    number = number * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    numbers.push(number);
    number = 0;
  }
  const [first = 0, ...others] = numbers;
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - top * 40, ...others].join('.');
}

/** A number of any size as OpenSSL prints it: `100A`, `-05`. httpd: i2a_ASN1_INTEGER */
export function readInteger({ content }: DerValue): string {
  const isNegative = content.length > 0 && content[0]! >= 0x80;
  const magnitude = isNegative ? negated(content) : content;
  let first = 0;
  while (first < magnitude.length - 1 && magnitude[first] === 0) first++;
  const text = magnitude.length === 0 ? '00' : encodeHex(magnitude.subarray(first)).toUpperCase();
  return isNegative ? `-${text}` : text;
}

function negated(bytes: Uint8Array): Uint8Array {
  const magnitude = Uint8Array.from(bytes, (byte) => ~byte & 0xff);
  for (let at = magnitude.length - 1; at >= 0; at--) {
    magnitude[at] = (magnitude[at]! + 1) & 0xff;
    if (magnitude[at] !== 0) break;
  }
  return magnitude;
}

/** A small number; one that is not small is malformed here. */
export function readSmallInteger({ content }: DerValue): number {
  if (content.length === 0 || content.length > 4) throw new MalformedDer();
  return content.reduce((number, byte) => number * 256 + byte, 0);
}

/** A string of bits, as whole bytes. */
export function readBits({ content }: DerValue): Uint8Array {
  if (content.length === 0) throw new MalformedDer();
  return content.subarray(1);
}

/** Whether a bit is set, the first being the highest of the first byte. */
export const hasBit = (bits: Uint8Array, bit: number) => ((bits[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0;

/** A time in milliseconds since 1970. */
export function readTime({ tag, content }: DerValue): number {
  const text = latin1(content);
  const [, years, rest] =
    (tag === TAG.utcTime ? /^(\d\d)(\d{8}|\d{10})Z$/ : /^(\d{4})(\d{8}|\d{10})Z$/).exec(text) ?? [];
  if (years === undefined || rest === undefined) throw new MalformedDer();
  const year = Number(years) + (tag !== TAG.utcTime ? 0 : Number(years) < 50 ? 2000 : 1900);
  const [month = 1, day = 1, hour = 0, minute = 0, second = 0] = (rest.match(/\d\d/g) ?? []).map(Number);
  const time = new Date(0);
  time.setUTCFullYear(year, month - 1, day);
  return time.setUTCHours(hour, minute, second);
}

/** One character a byte. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
