import type { DirectiveContext } from '@httpd-ts/kernel';
import { type Certificate, readCertificate } from './certificate.ts';
import type { PemStore } from './config.ts';
import { derOf, pemBlocks, pemTexts } from './pem.ts';
import { type RevocationList, readRevocationList } from './revocation-list.ts';

/** Certificates and lists of a file; a text says what is wrong with it. httpd: X509_load_cert_crl_file */
export function readStore(text: string): PemStore | string {
  const begun = [...text.matchAll(/-----BEGIN [A-Z0-9 ]+-----/g)].length;
  if (begun > pemBlocks(text).length) return 'has a block without an end';
  const certificates = pemTexts(text, 'certificate');
  if (certificates.some((block) => readCertificate(derOf(block)) === undefined))
    return 'has a certificate that cannot be read';
  const lists: RevocationList[] = [];
  for (const block of pemTexts(text, 'revocationList')) {
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
