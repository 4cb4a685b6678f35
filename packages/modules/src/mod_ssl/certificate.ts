import { type Digests, encodeHex } from '@httpd-ts/kernel';
import {
  canonicalName,
  commonNames,
  type NameAttribute,
  nameAttributes,
  utf8Of,
} from './distinguished-name.ts';
import {
  attempt,
  contextTag,
  DerReader,
  type DerValue,
  hasBit,
  latin1,
  readBits,
  readInteger,
  readObjectIdentifier,
  readSmallInteger,
  readTime,
  TAG,
} from './read-der.ts';
import { readAlgorithm, readSigned } from './read-signed.ts';

/** What is read of a certificate (RFC 5280, section 4.1). */
export interface Certificate {
  readonly der: Uint8Array;
  readonly version: number;
  /** As OpenSSL prints it: `100A`. */
  readonly serial: string;
  readonly issuer: Name;
  readonly subject: Name;
  readonly commonNames: readonly string[];
  readonly dnsNames: readonly string[];
  readonly emails: readonly string[];
  /** User principal names of Microsoft. */
  readonly principalNames: readonly string[];
  /** Milliseconds since 1970. */
  readonly validFromMs: number;
  readonly validToMs: number;
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** Object identifiers. */
  readonly keyAlgorithm: string;
  readonly signatureAlgorithm: string;
  readonly isAuthority: boolean;
  /** False where it says what its key is for, and lists of revoked certificates are not among it. */
  readonly maySignLists: boolean;
  readonly subjectKeyId: string | undefined;
  readonly authorityKey: AuthorityKey | undefined;
  readonly distributionPoints: readonly DistributionPoint[];
  /** It names whom to ask about its revocation (OCSP). */
  readonly hasResponder: boolean;
  /** Whether it was signed with a key. */
  isSignedBy(publicKey: Uint8Array, digests: Digests): boolean;
}

export interface Name {
  /** Equal for names that mean the same. */
  readonly key: string;
  readonly attributes: readonly NameAttribute[];
}

export interface Extension {
  readonly id: string;
  readonly isCritical: boolean;
  readonly value: Uint8Array;
}

/** Where a certificate says that a list about it is found. Places are general names in hexadecimal form. */
export interface DistributionPoint {
  /** Undefined where no place is named. */
  readonly places: readonly string[] | undefined;
  /** Bits of reasons. */
  readonly reasons: number;
  readonly hasOtherIssuer: boolean;
}

/** What an authority key identifier says of the issuer. */
export interface AuthorityKey {
  readonly keyId: string | undefined;
  /** Name of who issued the issuer's certificate. */
  readonly issuer: string | undefined;
  readonly serial: string | undefined;
}

export const EXTENSION = {
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAlternativeName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  reasonCode: '2.5.29.21',
  deltaIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  certificateIssuer: '2.5.29.29',
  distributionPoints: '2.5.29.31',
  authorityKeyId: '2.5.29.35',
  authorityAccess: '1.3.6.1.5.5.7.1.1',
} as const;

/** Undefined for bytes that are no certificate. */
export function readCertificate(encoded: Uint8Array): Certificate | undefined {
  return attempt(() => {
    const der = new DerReader(encoded).take().whole;
    const { signed, algorithm, isSignedBy } = readSigned(der);
    const reader = new DerReader(signed);
    const version = reader.enterIf(contextTag(0, true))?.take(TAG.integer);
    const serial = readInteger(reader.take(TAG.integer));
    reader.take(TAG.sequence);
    const issuer = readName(reader.take(TAG.sequence));
    const validity = reader.enter(TAG.sequence);
    const validFromMs = readTime(validity.take());
    const validToMs = readTime(validity.take());
    const subject = readName(reader.take(TAG.sequence));
    const publicKey = reader.take(TAG.sequence);
    reader.takeIf(contextTag(1, false));
    reader.takeIf(contextTag(2, false));
    const extensions = readExtensions(reader.enterIf(contextTag(3, true)));
    const usage = extensionReader(extensions, EXTENSION.keyUsage);
    const constraints = extensionReader(extensions, EXTENSION.basicConstraints)?.enter(TAG.sequence);
    const keyId = extensionReader(extensions, EXTENSION.subjectKeyId);
    const names = valuesWithin(extensionReader(extensions, EXTENSION.subjectAlternativeName));
    return {
      der,
      isSignedBy,
      version: version === undefined ? 1 : readSmallInteger(version) + 1,
      serial,
      issuer,
      subject,
      commonNames: commonNames(subject.attributes),
      dnsNames: textsOf(names, DNS_NAME),
      emails: textsOf(names, EMAIL),
      principalNames: names.filter(({ tag }) => tag === OTHER_NAME).flatMap(principalName),
      validFromMs,
      validToMs,
      publicKey: publicKey.whole,
      keyAlgorithm: readAlgorithm(new DerReader(publicKey.content).take(TAG.sequence)),
      signatureAlgorithm: algorithm,
      isAuthority: isTrue(constraints?.takeIf(TAG.boolean)),
      maySignLists: usage === undefined || hasBit(readBits(usage.take(TAG.bitString)), 6),
      subjectKeyId: keyId === undefined ? undefined : encodeHex(keyId.take(TAG.octetString).content),
      authorityKey: readAuthorityKey(extensionReader(extensions, EXTENSION.authorityKeyId)),
      distributionPoints: distributionPoints(extensionReader(extensions, EXTENSION.distributionPoints)),
      hasResponder: hasResponder(extensionReader(extensions, EXTENSION.authorityAccess)),
    };
  });
}

export function readName(name: DerValue): Name {
  return { key: latin1(canonicalName(name)), attributes: nameAttributes(name) };
}

/** `Extensions`, within the tag that they have. */
export function readExtensions(reader: DerReader | undefined): readonly Extension[] {
  if (reader === undefined) return [];
  return reader
    .enter(TAG.sequence)
    .rest()
    .map(({ content }) => {
      const parts = new DerReader(content);
      const id = readObjectIdentifier(parts.take(TAG.objectIdentifier));
      const isCritical = isTrue(parts.takeIf(TAG.boolean));
      return { id, isCritical, value: parts.take(TAG.octetString).content };
    });
}

export function extensionReader(extensions: readonly Extension[], id: string): DerReader | undefined {
  const extension = extensions.find((one) => one.id === id);
  return extension === undefined ? undefined : new DerReader(extension.value);
}

export const isTrue = (value: DerValue | undefined) => value !== undefined && value.content[0] !== 0;

/** All reasons there are. httpd: CRLDP_ALL_REASONS */
export const allReasons = 0x807f;

/** The bits of a string of reasons in an order of their own. */
export function readReasons(value: DerValue | undefined): number {
  if (value === undefined) return allReasons;
  const [first = 0, second = 0] = readBits({ ...value, tag: TAG.bitString });
  return (first | (second << 8)) & allReasons;
}

/** `DistributionPointName`: the general names of a full name; a relative one is given as a place that equals none. */
export function readPlaces(reader: DerReader | undefined): readonly string[] | undefined {
  if (reader === undefined) return undefined;
  const full = reader.enterIf(contextTag(0, true));
  return full === undefined ? [] : full.rest().map(({ whole }) => encodeHex(whole));
}

/** What a sequence holds, which is nothing where it is not there. */
const valuesWithin = (reader: DerReader | undefined) => reader?.enter(TAG.sequence).rest() ?? [];

const distributionPoints = (reader: DerReader | undefined): readonly DistributionPoint[] =>
  valuesWithin(reader).map(({ content }) => {
    const parts = new DerReader(content);
    const places = readPlaces(parts.enterIf(contextTag(0, true)));
    const reasons = readReasons(parts.takeIf(contextTag(1, false)));
    return { places, reasons, hasOtherIssuer: parts.takeIf(contextTag(2, true)) !== undefined };
  });

// Kinds of general names.
const OTHER_NAME = contextTag(0, true);
const EMAIL = contextTag(1, false);
const DNS_NAME = contextTag(2, false);

const textsOf = (names: readonly DerValue[], kind: number) =>
  names.filter(({ tag }) => tag === kind).map(({ content }) => latin1(content));

const PRINCIPAL_NAME = '1.3.6.1.4.1.311.20.2.3';

const principalName = ({ content }: DerValue): readonly string[] =>
  attempt(() => {
    const reader = new DerReader(content);
    const kind = readObjectIdentifier(reader.take(TAG.objectIdentifier));
    const value = reader.enter(contextTag(0, true)).take();
    return kind === PRINCIPAL_NAME ? [latin1(utf8Of(value) ?? value.content)] : [];
  }) ?? [];

const RESPONDER = '1.3.6.1.5.5.7.48.1';

/** What is wrong within this extension is nobody's concern in a certificate. */
const hasResponder = (reader: DerReader | undefined) =>
  attempt(() =>
    valuesWithin(reader).some(
      ({ content }) => readObjectIdentifier(new DerReader(content).take(TAG.objectIdentifier)) === RESPONDER,
    ),
  ) ?? false;

export function readAuthorityKey(reader: DerReader | undefined): AuthorityKey | undefined {
  if (reader === undefined) return undefined;
  const parts = reader.enter(TAG.sequence);
  const keyId = parts.takeIf(contextTag(0, false));
  const names = parts.enterIf(contextTag(1, true))?.rest();
  const directory = names?.find(({ tag }) => tag === contextTag(4, true));
  const serial = parts.takeIf(contextTag(2, false));
  return {
    keyId: keyId && encodeHex(keyId.content),
    issuer: directory && readName(new DerReader(directory.content).take(TAG.sequence)).key,
    serial: serial && readInteger(serial),
  };
}

/** Whether an issuer may be the one that is meant. httpd: X509_check_akid */
export function isMeant(issuer: Certificate, key: AuthorityKey | undefined): boolean {
  if (key === undefined) return true;
  const { keyId, serial, issuer: name } = key;
  if (keyId !== undefined && issuer.subjectKeyId !== undefined && keyId !== issuer.subjectKeyId) return false;
  if (serial !== undefined && serial !== issuer.serial) return false;
  return name === undefined || name === issuer.issuer.key;
}
