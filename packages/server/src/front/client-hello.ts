/** What a client of TLS says first, as far as it decides about what follows. */
export interface ClientHello {
  /** The host it wants (SNI). */
  readonly serverName: string | undefined;
  /** Protocols it speaks inside (ALPN). */
  readonly protocols: readonly string[];
  /** How it says that it would agree upon a new session only with whom it agreed upon the first. RFC 5746 */
  readonly signals: 'by cipher' | 'by extension' | undefined;
}

/** What the first bytes of a connection are. */
export type Greeting =
  | { readonly kind: 'hello'; readonly hello: ClientHello }
  /** A request in the clear. */
  | { readonly kind: 'plain' }
  | { readonly kind: 'unknown' }
  /** More must come before anything can be said. */
  | { readonly kind: 'incomplete' };

const handshakeRecord = 22;
const clientHello = 1;
/** A greeting is not longer than this. */
const mostBytes = 64 * 1024;

/** What a client of HTTP begins with, as OpenSSL knows it. httpd: SSL_R_HTTP_REQUEST */
const plainBeginnings = ['GET ', 'POST ', 'HEAD ', 'PUT '];
const beginning = 5;

/**
 * Reads a client's first message, which says which server it wants before the library is told what to greet it with.
 * What is malformed is left to the library. RFC 8446 section 4.1.2
 */
export function readGreeting(bytes: Uint8Array): Greeting {
  if (bytes.length < beginning) return { kind: 'incomplete' };
  if (bytes[0] !== handshakeRecord) {
    const text = String.fromCharCode(...bytes.subarray(0, beginning));
    return { kind: plainBeginnings.some((begins) => text.startsWith(begins)) ? 'plain' : 'unknown' };
  }
  const message = handshakeBytes(bytes);
  if (message === 'malformed') return { kind: 'unknown' };
  if (message.length < 4) return { kind: bytes.length > mostBytes ? 'unknown' : 'incomplete' };
  const length = (message[1]! << 16) | (message[2]! << 8) | message[3]!;
  if (message[0] !== clientHello || length > mostBytes) return { kind: 'unknown' };
  if (message.length < 4 + length) return { kind: bytes.length > mostBytes ? 'unknown' : 'incomplete' };
  const hello = readHello(new Reader(message.subarray(4, 4 + length)));
  return hello === undefined ? { kind: 'unknown' } : { kind: 'hello', hello };
}

/** The content of the records that are there, joined. */
function handshakeBytes(bytes: Uint8Array): Uint8Array | 'malformed' {
  const parts: Uint8Array[] = [];
  let total = 0;
  for (let at = 0; at + beginning <= bytes.length; ) {
    // What stands behind the handshake is none of it.
    if (bytes[at] !== handshakeRecord) break;
    const length = (bytes[at + 3]! << 8) | bytes[at + 4]!;
    if (length === 0 || bytes[at + 1] !== 3) return 'malformed';
    const part = bytes.subarray(at + beginning, at + beginning + length);
    parts.push(part);
    total += part.length;
    at += beginning + length;
  }
  if (parts.length === 1) return parts[0]!;
  const joined = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Takes fields off the front; past the end there is nothing. */
class Reader {
  private readonly bytes: Uint8Array;
  private at = 0;
  isCut = false;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  number(size: 1 | 2): number {
    const [high = 0, low = 0] = this.take(size);
    return size === 1 ? high : (high << 8) | low;
  }

  take(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) this.isCut = true;
    const taken = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return taken;
  }

  /** Bytes behind their length. */
  vector(size: 1 | 2): Reader {
    return new Reader(this.take(this.number(size)));
  }

  /** Whether a number is among those that are here. */
  includes(wanted: number): boolean {
    while (!this.isAtEnd && !this.isCut) if (this.number(2) === wanted) return true;
    return false;
  }

  text(): string {
    return String.fromCharCode(...this.bytes);
  }
}

const serverNameExtension = 0;
const protocolsExtension = 16;
const renegotiationExtension = 0xff01;
/** Says the same among the ciphers. */
const secureSuite = 0x00ff;

function readHello(hello: Reader): ClientHello | undefined {
  hello.take(2 + 32);
  hello.vector(1);
  let signals: ClientHello['signals'] = hello.vector(2).includes(secureSuite) ? 'by cipher' : undefined;
  hello.vector(1);
  if (hello.isCut) return undefined;
  let serverName: string | undefined;
  let protocols: readonly string[] = [];
  const extensions = hello.isAtEnd ? hello : hello.vector(2);
  while (!extensions.isAtEnd && !extensions.isCut) {
    const type = extensions.number(2);
    const content = extensions.vector(2);
    if (type === serverNameExtension) serverName = readServerName(content);
    else if (type === protocolsExtension) protocols = readProtocols(content);
    else if (type === renegotiationExtension) signals ??= 'by extension';
  }
  return hello.isCut || extensions.isCut ? undefined : { serverName, protocols, signals };
}

function readServerName(content: Reader): string | undefined {
  const names = content.vector(2);
  const isHostName = names.number(1) === 0;
  const name = names.vector(2).text();
  return isHostName && !names.isCut && name !== '' && !name.includes('\0') ? name : undefined;
}

function readProtocols(content: Reader): readonly string[] {
  const list = content.vector(2);
  const protocols: string[] = [];
  while (!list.isAtEnd && !list.isCut) protocols.push(list.vector(1).text());
  return protocols;
}
