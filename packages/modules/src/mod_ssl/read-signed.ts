import { type Digests, entryOf, type SignatureScheme } from '@httpd-ts/kernel';
import {
  attempt,
  contextTag,
  DerReader,
  type DerValue,
  readBits,
  readObjectIdentifier,
  readSmallInteger,
  TAG,
} from './read-der.ts';

/** What certificates and revocation lists have in common: something, and how it is signed. */
export interface Signed {
  readonly signed: Uint8Array;
  /** Object identifier of how. */
  readonly algorithm: string;
  /** Whether it was signed with a key, which is given as SubjectPublicKeyInfo. */
  isSignedBy(publicKey: Uint8Array, digests: Digests): boolean;
}

/** Reads the frame. What follows it is left alone. */
export function readSigned(der: Uint8Array): Signed {
  const outer = new DerReader(der).enter(TAG.sequence);
  const signed = outer.take(TAG.sequence);
  const algorithm = outer.take(TAG.sequence);
  const signature = readBits(outer.take(TAG.bitString));
  const scheme = attempt(() => signatureScheme(algorithm));
  return {
    signed: signed.content,
    algorithm: readAlgorithm(algorithm),
    isSignedBy: (publicKey, digests) =>
      scheme !== undefined && digests.isSigned(signed.whole, signature, publicKey, scheme),
  };
}

const hashes: Readonly<Record<string, string>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

const schemes: Readonly<Record<string, SignatureScheme>> = {
  '1.2.840.113549.1.1.5': { hash: 'sha1' },
  '1.2.840.113549.1.1.14': { hash: 'sha224' },
  '1.2.840.113549.1.1.11': { hash: 'sha256' },
  '1.2.840.113549.1.1.12': { hash: 'sha384' },
  '1.2.840.113549.1.1.13': { hash: 'sha512' },
  '1.2.840.10040.4.3': { hash: 'sha1' },
  '2.16.840.1.101.3.4.3.1': { hash: 'sha224' },
  '2.16.840.1.101.3.4.3.2': { hash: 'sha256' },
  '1.2.840.10045.4.1': { hash: 'sha1' },
  '1.2.840.10045.4.3.1': { hash: 'sha224' },
  '1.2.840.10045.4.3.2': { hash: 'sha256' },
  '1.2.840.10045.4.3.3': { hash: 'sha384' },
  '1.2.840.10045.4.3.4': { hash: 'sha512' },
  '1.3.101.112': {},
  '1.3.101.113': {},
};

const RSA_PSS = '1.2.840.113549.1.1.10';

/** What an `AlgorithmIdentifier` names. */
export const readAlgorithm = ({ content }: DerValue) =>
  readObjectIdentifier(new DerReader(content).take(TAG.objectIdentifier));

/** `AlgorithmIdentifier`; undefined for one that is not known, by which nothing is signed. */
function signatureScheme({ content }: DerValue): SignatureScheme | undefined {
  const reader = new DerReader(content);
  const id = readObjectIdentifier(reader.take(TAG.objectIdentifier));
  if (id !== RSA_PSS) return entryOf(schemes, id);
  const parameters = reader.enter(TAG.sequence);
  const hashId = parameters.enterIf(contextTag(0, true))?.enter(TAG.sequence).take(TAG.objectIdentifier);
  parameters.takeIf(contextTag(1, true));
  const saltLength = parameters.enterIf(contextTag(2, true))?.take(TAG.integer);
  const hash = hashId === undefined ? 'sha1' : entryOf(hashes, readObjectIdentifier(hashId));
  if (hash === undefined) return undefined;
  return { hash, pssSaltLength: saltLength === undefined ? 20 : readSmallInteger(saltLength) };
}
