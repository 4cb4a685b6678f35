import { decodeBase64, encodeBase64, encodeHex, type RequestRecord } from '@httpd-ts/kernel';
import { clientsOf } from './clients.ts';

const timeLength = 12;

/** A nonce: a time or a number in eight bytes, the lowest first, and a hash that only this server makes. httpd: gen_nonce */
export function makeNonce(request: RequestRecord, time: bigint, realm: string, opaque: string): string {
  const bytes = Array.from({ length: 8 }, (_byte, i) =>
    String.fromCharCode(Number((time >> BigInt(8 * i)) & 255n)),
  );
  const timeText = encodeBase64(bytes.join(''));
  return timeText + hashOf(request, timeText, realm, opaque);
}

/** httpd: gen_nonce_hash */
function hashOf(request: RequestRecord, time: string, realm: string, opaque: string): string {
  const { plan } = request.server;
  return encodeHex(plan.world.digests.hash('sha1', clientsOf(plan).secret + realm + time + opaque));
}

/** The hash that a nonce should have, where it has another one. */
export function expectedHash(
  request: RequestRecord,
  nonce: string,
  realm: string,
  opaque: string,
): string | undefined {
  const hash = hashOf(request, nonce.slice(0, timeLength), realm, opaque);
  return hash === nonce.slice(timeLength) ? undefined : hash;
}

export function timeOf(nonce: string): bigint {
  const bytes = decodeBase64(nonce.slice(0, timeLength));
  let time = 0n;
  for (let i = 7; i >= 0; i--) time = (time << 8n) | BigInt(bytes.charCodeAt(i) & 255 || 0);
  return time;
}

/** Microseconds since 1970, as times of nonces are. */
export const requestTimeOf = ({ requestTimeMs }: RequestRecord): bigint =>
  BigInt(Math.round(requestTimeMs * 1000));
