import { type Digests, entryOf, type SignatureScheme } from '@httpd-ts/kernel';
import {
  type AuthorityKey,
  EXTENSION,
  type Extension,
  extensionReader,
  isTrue,
  type Name,
  readAuthorityKey,
  readExtensions,
  readName,
  readPlaces,
} from './certificate.ts';
import {
  attempt,
  contextTag,
  DerReader,
  type DerValue,
  readBits,
  readInteger,
  readObjectIdentifier,
  readSmallInteger,
  readTime,
  TAG,
} from './read-der.ts';

/** A list of revoked certificates (RFC 5280, section 5). */
export interface RevocationList {
  readonly issuer: Name;
  readonly thisUpdateMs: number;
  /** Undefined where no next list is announced. */
  readonly nextUpdateMs: number | undefined;
  /** By serial number; false for one that was taken off the list again. */
  readonly revoked: ReadonlyMap<string, boolean>;
  readonly authorityKey: AuthorityKey | undefined;
  readonly scope: ListScope | undefined;
  readonly isDelta: boolean;
  /** It says something that must be understood and is not. */
  readonly hasUnknownCritical: boolean;
  /** Whether it was signed with a key. */
  isSignedBy(publicKey: Uint8Array, digests: Digests): boolean;
}

/** Which certificates a list is about. httpd: ISSUING_DIST_POINT */
export interface ListScope {
  readonly places: readonly string[] | undefined;
  readonly onlyUsers: boolean;
  readonly onlyAuthorities: boolean;
  readonly onlyAttributes: boolean;
  readonly onlySomeReasons: boolean;
  readonly isIndirect: boolean;
}

/** Undefined for bytes that are no list. */
export function readRevocationList(der: Uint8Array): RevocationList | undefined {
  return attempt(() => {
    const outer = new DerReader(der).enter(TAG.sequence);
    const signed = outer.take(TAG.sequence);
    const algorithm = outer.take(TAG.sequence);
    const signature = readBits(outer.take(TAG.bitString));
    const reader = new DerReader(signed.content);
    reader.takeIf(TAG.integer);
    reader.take(TAG.sequence);
    const issuer = readName(reader.take(TAG.sequence));
    const thisUpdateMs = readTime(reader.take());
    const next = reader.takeIf(TAG.utcTime) ?? reader.takeIf(TAG.generalizedTime);
    const entries = readEntries(reader.enterIf(TAG.sequence));
    const extensions = readExtensions(reader.enterIf(contextTag(0, true)));
    const scheme = attempt(() => signatureScheme(algorithm));
    return {
      issuer,
      thisUpdateMs,
      nextUpdateMs: next && readTime(next),
      revoked: entries.revoked,
      authorityKey: readAuthorityKey(extensionReader(extensions, EXTENSION.authorityKeyId)),
      scope: readScope(extensionReader(extensions, EXTENSION.issuingDistributionPoint)),
      isDelta: extensions.some(({ id }) => id === EXTENSION.deltaIndicator),
      hasUnknownCritical: entries.hasUnknownCritical || hasUnknownCritical(extensions, understood),
      isSignedBy: (publicKey, digests) =>
        scheme !== undefined && digests.isSigned(signed.whole, signature, publicKey, scheme),
    };
  });
}

const understood: ReadonlySet<string> = new Set([
  EXTENSION.issuingDistributionPoint,
  EXTENSION.authorityKeyId,
  EXTENSION.deltaIndicator,
]);
const understoodOfEntries: ReadonlySet<string> = new Set([EXTENSION.certificateIssuer]);

const hasUnknownCritical = (extensions: readonly Extension[], known: ReadonlySet<string>) =>
  extensions.some(({ id, isCritical }) => isCritical && !known.has(id));

const removeFromList = 8;

function readEntries(reader: DerReader | undefined) {
  const revoked = new Map<string, boolean>();
  let hasUnknown = false;
  while (reader !== undefined && !reader.isAtEnd) {
    const entry = reader.enter(TAG.sequence);
    const serial = readInteger(entry.take(TAG.integer));
    entry.take();
    const extensions = entry.isAtEnd ? [] : readExtensions(entry);
    const reason = extensionReader(extensions, EXTENSION.reasonCode)?.take(TAG.enumerated);
    hasUnknown ||= hasUnknownCritical(extensions, understoodOfEntries);
    if (!revoked.has(serial))
      revoked.set(serial, reason === undefined || readSmallInteger(reason) !== removeFromList);
  }
  return { revoked, hasUnknownCritical: hasUnknown };
}

function readScope(reader: DerReader | undefined): ListScope | undefined {
  if (reader === undefined) return undefined;
  const parts = reader.enter(TAG.sequence);
  const places = readPlaces(parts.enterIf(contextTag(0, true)));
  const onlyUsers = isTrue(parts.takeIf(contextTag(1, false)));
  const onlyAuthorities = isTrue(parts.takeIf(contextTag(2, false)));
  const onlySomeReasons = parts.takeIf(contextTag(3, false)) !== undefined;
  const isIndirect = isTrue(parts.takeIf(contextTag(4, false)));
  const onlyAttributes = isTrue(parts.takeIf(contextTag(5, false)));
  return { places, onlyUsers, onlyAuthorities, onlyAttributes, onlySomeReasons, isIndirect };
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
