import type { DirectiveContext } from '@httpd-ts/kernel';
import { type Certificate, readCertificate } from './certificate.ts';
import type { PemStore } from './config.ts';
import { type RevocationList, readRevocationList } from './revocation-list.ts';

const certificateLabel = /^(?:(?:X509|TRUSTED) )?CERTIFICATE$/;
const listLabel = /^X509 CRL$/;
const keyLabel = /PRIVATE KEY$/;

/** One value of a file, between its marks. */
export interface PemBlock {
  readonly label: string;
  readonly text: string;
}

/** All values in a text. */
export function blocksOf(text: string): readonly PemBlock[] {
  return [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g)].map((match) => ({
    label: match[1]!,
    text: match[0],
  }));
}

const textsOf = (blocks: readonly PemBlock[], label: RegExp) =>
  blocks.filter((block) => label.test(block.label)).map((block) => block.text);

/** The certificates in a text. */
export const certificatesIn = (text: string) => textsOf(blocksOf(text), certificateLabel);

export const isCertificate = ({ label }: PemBlock) => certificateLabel.test(label);
export const isKey = ({ label }: PemBlock) => keyLabel.test(label);

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** The bits of a character of base64, by its code; 255 for others. */
const bitsOf = new Uint8Array(256).fill(255);
for (let value = 0; value < alphabet.length; value++) bitsOf[alphabet.charCodeAt(value)] = value;

/** The encoded value of a block; what follows it, as in a trusted certificate, is left away by its readers. */
export function derOf(block: string): Uint8Array {
  const start = block.indexOf('-----', '-----BEGIN'.length) + 5;
  const end = block.lastIndexOf('-----END');
  const bytes = new Uint8Array(Math.ceil(((end - start) * 3) / 4));
  let length = 0;
  let bits = 0;
  let count = 0;
  // Line ends are passed over, with all else that is none of base64.
  for (let at = start; at < end; at++) {
    const value = bitsOf[block.charCodeAt(at) & 0xff]!;
    if (value === 255) continue;
    bits = ((bits << 6) | value) & 0xffffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes[length++] = (bits >> count) & 255;
  }
  return bytes.subarray(0, length);
}

/** Certificates and lists of a file; a text says what is wrong with it. httpd: X509_load_cert_crl_file */
export function readStore(text: string): PemStore | string {
  const blocks = blocksOf(text);
  const begun = [...text.matchAll(/-----BEGIN [A-Z0-9 ]+-----/g)].length;
  if (begun > blocks.length) return 'has a block without an end';
  const certificates = textsOf(blocks, certificateLabel);
  if (certificates.some((block) => readCertificate(derOf(block)) === undefined))
    return 'has a certificate that cannot be read';
  const lists: RevocationList[] = [];
  for (const block of textsOf(blocks, listLabel)) {
    const list = readRevocationList(derOf(block));
    if (list === undefined) return 'has a revocation list that cannot be read';
    lists.push(list);
  }
  if (certificates.length === 0 && lists.length === 0)
    return 'has neither a certificate nor a revocation list';
  return { certificates, lists };
}

/**
 * What OpenSSL finds in a directory: `9d66eef0.0` and `9d66eef0.r0` are named for the hash of the name within, and
 * numbered without a gap. httpd: X509_LOOKUP_hash_dir
 */
export function readStoreDirectory(directory: string, { world }: DirectiveContext): PemStore {
  const entries = world.files.readDirectory(directory);
  const names = new Set(typeof entries === 'string' ? [] : entries);
  const certificates: string[] = [];
  const lists: RevocationList[] = [];
  const hashOf = (key: string) => {
    const [a = 0, b = 0, c = 0, d = 0] = world.digests.hash('sha1', key);
    return (((d << 24) | (c << 16) | (b << 8) | a) >>> 0).toString(16).padStart(8, '0');
  };
  for (const name of [...names].toSorted()) {
    const [, hash = '', kind, number = ''] = /^([0-9a-f]{8})\.(r?)(\d+)$/.exec(name) ?? [];
    if (kind === undefined || !isNumberedFrom0(names, `${hash}.${kind}`, Number(number))) continue;
    const read = world.files.readText(`${directory.replace(/\/$/, '')}/${name}`);
    const store = typeof read === 'string' ? read : readStore(read.text);
    if (typeof store === 'string') continue;
    if (kind === '') {
      const isNamedForIt = (block: string) => hashOf(readCertificate(derOf(block))!.subject.key) === hash;
      if (store.certificates.some(isNamedForIt)) certificates.push(...store.certificates);
    } else if (store.lists.some(({ issuer }) => hashOf(issuer.key) === hash)) lists.push(...store.lists);
  }
  return { certificates, lists };
}

function isNumberedFrom0(names: ReadonlySet<string>, stem: string, number: number): boolean {
  for (let at = 0; at < number; at++) if (!names.has(`${stem}${at}`)) return false;
  return true;
}

/** The certificates of PEM texts that were found to be such. */
export const readCertificates = (blocks: readonly string[]): readonly Certificate[] =>
  blocks.map((block) => readCertificate(derOf(block))).filter((one) => one !== undefined);
