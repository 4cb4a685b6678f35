import { builtins } from './builtins.ts';

/** What a server was seen to send during a handshake, and the secret of its part where TLS 1.3 hides it. */
export interface ObservedHandshake {
  readonly received: Buffer;
  /** httpd: SERVER_HANDSHAKE_TRAFFIC_SECRET of a key log */
  readonly serverSecret: Buffer | undefined;
}

// Kinds of records and of handshake messages, and an extension (RFC 8446).
const RECORD = { handshake: 22, applicationData: 23 } as const;
const MESSAGE = { serverHello: 2, certificateRequest: 13, serverHelloDone: 14, finished: 20 } as const;
const CERTIFICATE_AUTHORITIES = 47;

/** The names of authorities (DER) by which a server asks for a certificate; undefined where it asks for none. */
export function requestedAuthorities({
  received,
  serverSecret,
}: ObservedHandshake): readonly Buffer[] | undefined {
  try {
    const records = recordsOf(received);
    const hidden = records.findIndex(({ type }) => type === RECORD.applicationData);
    const plain = messagesOf(records.slice(0, hidden < 0 ? records.length : hidden));
    const request = plain.find(({ type }) => type === MESSAGE.certificateRequest);
    if (request !== undefined) return authoritiesOf12(request.body);
    const hello = plain.findLast(({ type }) => type === MESSAGE.serverHello);
    if (hello === undefined || serverSecret === undefined || hidden < 0) return undefined;
    const opened = decrypted(records.slice(hidden), suiteOf(hello.body), serverSecret);
    const request13 = messagesOf(opened).find(({ type }) => type === MESSAGE.certificateRequest);
    return request13 && authoritiesOf13(request13.body);
  } catch (error) {
    // Bytes that end too soon, or are no such messages.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

interface TlsRecord {
  readonly type: number;
  readonly head: Buffer;
  readonly body: Buffer;
}

/** The whole records in bytes. */
function recordsOf(bytes: Buffer): readonly TlsRecord[] {
  const records: TlsRecord[] = [];
  for (let at = 0; at + 5 <= bytes.length; ) {
    const end = at + 5 + bytes.readUInt16BE(at + 3);
    if (end > bytes.length) break;
    records.push({ type: bytes[at]!, head: bytes.subarray(at, at + 5), body: bytes.subarray(at + 5, end) });
    at = end;
  }
  return records;
}

/** The handshake messages in records, as far as they go in the clear. */
function messagesOf(records: readonly TlsRecord[]): readonly { type: number; body: Buffer }[] {
  const messages: { type: number; body: Buffer }[] = [];
  const bytes = Buffer.concat(
    records.filter(({ type }) => type === RECORD.handshake).map(({ body }) => body),
  );
  for (let at = 0; at + 4 <= bytes.length; ) {
    const type = bytes[at]!;
    const end = at + 4 + bytes.readUIntBE(at + 1, 3);
    if (end > bytes.length) break;
    messages.push({ type, body: bytes.subarray(at + 4, end) });
    if (type === MESSAGE.serverHelloDone || type === MESSAGE.finished) break;
    at = end;
  }
  return messages;
}

/** The cipher suite of a ServerHello: it stands behind version, random bytes and session. */
const suiteOf = (hello: Buffer) => hello.readUInt16BE(35 + hello.readUInt8(34));

/** RFC 5246, section 7.4.4; before TLS 1.2 there are no signature algorithms, and such versions are not spoken. */
function authoritiesOf12(body: Buffer): readonly Buffer[] {
  const algorithms = 1 + body.readUInt8(0);
  return namesAt(body, algorithms + 2 + body.readUInt16BE(algorithms));
}

/** RFC 8446, section 4.3.2 */
function authoritiesOf13(body: Buffer): readonly Buffer[] {
  let at = 1 + body.readUInt8(0) + 2;
  while (at < body.length) {
    if (body.readUInt16BE(at) === CERTIFICATE_AUTHORITIES) return namesAt(body, at + 4);
    at += 4 + body.readUInt16BE(at + 2);
  }
  return [];
}

/** A list of names, each behind its length. */
function namesAt(body: Buffer, start: number): readonly Buffer[] {
  const names: Buffer[] = [];
  const end = start + 2 + body.readUInt16BE(start);
  for (let at = start + 2; at < end; ) {
    const length = body.readUInt16BE(at);
    names.push(body.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return names;
}

const suites: Readonly<Record<number, { hash: string; cipher: string; keyLength: number }>> = {
  4865: { hash: 'sha256', cipher: 'aes-128-gcm', keyLength: 16 },
  4866: { hash: 'sha384', cipher: 'aes-256-gcm', keyLength: 32 },
  4867: { hash: 'sha256', cipher: 'chacha20-poly1305', keyLength: 32 },
};

const tagLength = 16;

/** Opens the records of a server's part of a handshake (RFC 8446, sections 5.2, 5.3 and 7.3). */
function decrypted(records: readonly TlsRecord[], suite: number, secret: Buffer): readonly TlsRecord[] {
  const { crypto } = builtins;
  const kind = suites[suite];
  if (kind === undefined) return [];
  const expand = (label: string, length: number) => {
    const name = Buffer.from(`tls13 ${label}`, 'latin1');
    const info = Buffer.concat([Buffer.from([0, length, name.length]), name, Buffer.from([0, 1])]);
    return crypto.createHmac(kind.hash, secret).update(info).digest().subarray(0, length);
  };
  const key = expand('key', kind.keyLength);
  const iv = expand('iv', 12);
  const opened: TlsRecord[] = [];
  for (const [sequence, { head, body, type }] of records.entries()) {
    if (type !== RECORD.applicationData || body.length < tagLength) break;
    const nonce = Buffer.from(iv);
    nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ sequence) >>> 0, 8);
    const options = { authTagLength: tagLength };
    const cipher = crypto.createDecipheriv(kind.cipher as 'aes-128-gcm', key, nonce, options);
    cipher.setAAD(head);
    cipher.setAuthTag(body.subarray(-tagLength));
    const text = cipher.update(body.subarray(0, -tagLength));
    // What follows under other keys is none of the handshake.
    if (!isAuthentic(cipher)) break;
    const end = text.findLastIndex((byte) => byte !== 0);
    opened.push({ type: text[end] ?? 0, head, body: text.subarray(0, Math.max(end, 0)) });
  }
  return opened;
}

function isAuthentic(cipher: { final(): Buffer }): boolean {
  try {
    cipher.final();
    return true;
  } catch {
    return false;
  }
}
