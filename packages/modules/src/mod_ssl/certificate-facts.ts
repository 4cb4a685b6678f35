/** An attribute of a name: the object identifier of its kind, and its value as it is shown. */
export interface NameAttribute {
  readonly oid: string;
  readonly value: string;
  /** The value's encoding, for kinds that have no name. */
  readonly der: Uint8Array;
  /** Belongs to the attribute before it. */
  readonly isJoined: boolean;
}

export interface CertificateFacts {
  readonly version: number;
  /** Big-endian bytes. */
  readonly serial: Uint8Array;
  readonly signatureAlgorithm: string;
  readonly keyAlgorithm: string;
  readonly issuer: readonly NameAttribute[];
  readonly subject: readonly NameAttribute[];
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly dnsNames: readonly string[];
  readonly emails: readonly string[];
  /** User principal names of Microsoft. */
  readonly principalNames: readonly string[];
  readonly isAuthority: boolean;
  /** It names whom to ask about its revocation (OCSP). */
  readonly hasResponder: boolean;
}

interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly whole: Uint8Array;
}

/** The elements that stand one behind the other. What is cut off is left out. X.690 */
function elements(bytes: Uint8Array): readonly Element[] {
  const found: Element[] = [];
  for (let at = 0; at + 2 <= bytes.length; ) {
    let length = bytes[at + 1]!;
    let head = 2;
    if (length > 0x80) {
      const size = length & 0x7f;
      length = 0;
      for (let i = 0; i < size; i++) length = length * 256 + (bytes[at + 2 + i] ?? 0);
      head += size;
    }
    const end = at + head + length;
    if (end > bytes.length) break;
    found.push({ tag: bytes[at]!, content: bytes.subarray(at + head, end), whole: bytes.subarray(at, end) });
    at = end;
  }
  return found;
}

const nothing = new Uint8Array();
const inside = (element: Element | undefined) => elements(element?.content ?? nothing);

function oidOf(bytes: Uint8Array): string {
  const numbers: number[] = [];
  let value = 0;
  for (const byte of bytes) {
    value = value * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    numbers.push(value);
    value = 0;
  }
  const [first = 0, ...rest] = numbers;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - root * 40, ...rest].join('.');
}

const latin1 = (bytes: Uint8Array) => {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
};

/** Bytes of UTF-8, one character a byte, of code points. */
function utf8(points: readonly number[]): string {
  let text = '';
  for (const point of points) {
    const bytes = encodeURIComponent(isSurrogate(point) ? '\ufffd' : String.fromCodePoint(point));
    text += bytes.replace(/%([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  }
  return text;
}

const isSurrogate = (point: number) => (point >= 0xd800 && point <= 0xdfff) || point > 0x10ffff;

const tags = { boolean: 1, integer: 2, utf8: 12, universal: 28, bmp: 30, utcTime: 23, teletex: 20 } as const;

function shownValue({ tag, content }: Element): string {
  switch (tag) {
    case tags.bmp:
      return utf8(units(content, 2));
    case tags.universal:
      return utf8(units(content, 4));
    case tags.teletex:
      return utf8([...content]);
    default:
      return latin1(content);
  }
}

function units(bytes: Uint8Array, size: number): number[] {
  const points: number[] = [];
  for (let at = 0; at + size <= bytes.length; at += size) {
    points.push(bytes.subarray(at, at + size).reduce((value, byte) => value * 256 + byte, 0));
  }
  return points;
}

function nameOf(element: Element | undefined): readonly NameAttribute[] {
  return inside(element).flatMap((set) =>
    inside(set).flatMap((attribute, index) => {
      const [kind, value] = inside(attribute);
      if (kind === undefined || value === undefined) return [];
      return [{ oid: oidOf(kind.content), value: shownValue(value), der: value.whole, isJoined: index > 0 }];
    }),
  );
}

function timeOf(element: Element | undefined): number {
  const text = latin1(element?.content ?? nothing);
  const isShort = element?.tag === tags.utcTime;
  const digits = isShort ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text;
  const [, year, month, day, hour, minute, second = '0'] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?/.exec(digits) ?? [];
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
}

const responder = '1.3.6.1.5.5.7.48.1';
const principalName = '1.3.6.1.4.1.311.20.2.3';
const extensionOids = {
  alternativeNames: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  access: '1.3.6.1.5.5.7.1.1',
} as const;

/** What variables show of a certificate; undefined where the bytes are none. RFC 5280 section 4.1 */
export function certificateFacts(der: Uint8Array): CertificateFacts | undefined {
  const [body, algorithm] = inside(elements(der)[0]);
  let fields = inside(body);
  let version = 1;
  if (fields[0]?.tag === 0xa0) {
    version = (inside(fields[0])[0]?.content[0] ?? 0) + 1;
    fields = fields.slice(1);
  }
  const [serial, , issuer, validity, subject, key] = fields;
  if (serial === undefined || key === undefined) return undefined;
  const extensions = new Map(
    inside(inside(fields.find(({ tag }) => tag === 0xa3))[0]).map((extension) => {
      const parts = inside(extension);
      return [oidOf(parts[0]?.content ?? nothing), parts.at(-1)?.content ?? nothing];
    }),
  );
  const names = inside(elements(extensions.get(extensionOids.alternativeNames) ?? nothing)[0]);
  const constraints = inside(elements(extensions.get(extensionOids.basicConstraints) ?? nothing)[0]);
  const access = inside(elements(extensions.get(extensionOids.access) ?? nothing)[0]);
  const [notBefore, notAfter] = inside(validity);
  return {
    version,
    serial: serial.content,
    signatureAlgorithm: oidOf(inside(algorithm)[0]?.content ?? nothing),
    keyAlgorithm: oidOf(inside(inside(key)[0])[0]?.content ?? nothing),
    issuer: nameOf(issuer),
    subject: nameOf(subject),
    notBeforeMs: timeOf(notBefore),
    notAfterMs: timeOf(notAfter),
    dnsNames: names.filter(({ tag }) => tag === 0x82).map(({ content }) => latin1(content)),
    emails: names.filter(({ tag }) => tag === 0x81).map(({ content }) => latin1(content)),
    principalNames: names.filter(({ tag }) => tag === 0xa0).flatMap(principalNameOf),
    hasResponder: access.some((one) => oidOf(inside(one)[0]?.content ?? nothing) === responder),
    isAuthority: constraints[0]?.tag === tags.boolean && constraints[0].content[0] !== 0,
  };
}

function principalNameOf(element: Element): readonly string[] {
  const [kind, value] = inside(element);
  const text = inside(value)[0];
  return kind !== undefined && oidOf(kind.content) === principalName && text !== undefined
    ? [shownValue(text)]
    : [];
}
