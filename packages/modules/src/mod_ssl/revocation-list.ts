import type { Digests } from '@httpd-ts/kernel';
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
import { attempt, contextTag, DerReader, readInteger, readSmallInteger, readTime, TAG } from './read-der.ts';
import { readSigned } from './read-signed.ts';

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
    const { signed, isSignedBy } = readSigned(der);
    const reader = new DerReader(signed);
    reader.takeIf(TAG.integer);
    reader.take(TAG.sequence);
    const issuer = readName(reader.take(TAG.sequence));
    const thisUpdateMs = readTime(reader.take());
    const next = reader.takeIf(TAG.utcTime) ?? reader.takeIf(TAG.generalizedTime);
    const entries = readEntries(reader.enterIf(TAG.sequence));
    const extensions = readExtensions(reader.enterIf(contextTag(0, true)));
    return {
      issuer,
      thisUpdateMs,
      nextUpdateMs: next && readTime(next),
      revoked: entries.revoked,
      authorityKey: readAuthorityKey(extensionReader(extensions, EXTENSION.authorityKeyId)),
      scope: readScope(extensionReader(extensions, EXTENSION.issuingDistributionPoint)),
      isDelta: extensions.some(({ id }) => id === EXTENSION.deltaIndicator),
      hasUnknownCritical: entries.hasUnknownCritical || hasUnknownCritical(extensions, understood),
      isSignedBy,
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
