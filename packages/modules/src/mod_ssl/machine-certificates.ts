import { isSelfIssued } from './build-chain.ts';
import { readCertificate } from './certificate.ts';
import { canonicalName } from './distinguished-name.ts';
import { derOf, isOfKind, type PemBlock, pemBlocks } from './pem.ts';
import { attempt, DerReader, latin1, TAG } from './read-der.ts';

/** A certificate that may be shown to back ends which ask for one, with its key. PEM texts. */
export interface MachineCertificate {
  readonly certificate: string;
  readonly key: string;
}

/**
 * The pairs of certificate and key in a text; a text says why it cannot be used. A certificate without a key is left
 * away. httpd: PEM_X509_INFO_read, ssl_init_proxy_certs
 */
export function readMachineCertificates(text: string): readonly MachineCertificate[] | string {
  const pairs: { certificate?: string; key?: string }[] = [];
  for (const block of pemBlocks(text)) {
    const field = isOfKind(block, 'certificate') ? 'certificate' : isOfKind(block, 'key') ? 'key' : undefined;
    if (field === undefined) continue;
    const last = pairs.at(-1);
    if (last === undefined || last[field] !== undefined) pairs.push({ [field]: block.text });
    else last[field] = block.text;
    if (field === 'key' && isEncrypted(block)) return 'has an encrypted private key (AH02252)';
  }
  const whole: MachineCertificate[] = [];
  for (const { certificate, key } of pairs) {
    if (key === undefined) continue;
    if (certificate === undefined) return 'has a private key without a certificate';
    if (readCertificate(derOf(certificate)) === undefined) return 'has a certificate that cannot be read';
    whole.push({ certificate, key });
  }
  return whole;
}

const isEncrypted = ({ label, text }: PemBlock) =>
  label === 'ENCRYPTED PRIVATE KEY' || /^Proc-Type: 4,ENCRYPTED/m.test(text);

/** The certificates that may be shown, with those that issued them, and which to show. */
export interface MachineIdentities {
  /** Each with its chain in PEM. */
  readonly identities: readonly { readonly chain: string; readonly key: string }[];
  /** Which of them a back end is shown that names authorities (DER); the first where it names none. */
  choose(authorities: readonly Uint8Array[]): number | undefined;
}

/** Finds the issuers of certificates among others. httpd: ssl_init_proxy_certs */
export function machineIdentities(
  certificates: readonly MachineCertificate[],
  others: readonly string[],
): MachineIdentities {
  const known = others.flatMap((text) => {
    const certificate = readCertificate(derOf(text));
    return certificate === undefined ? [] : [{ text, certificate }];
  });
  const found = certificates.map((one) => {
    const chain = [{ text: one.certificate, certificate: readCertificate(derOf(one.certificate))! }];
    for (let top = chain[0]!.certificate; !isSelfIssued(top); ) {
      const issuer = known.find(({ certificate }) => certificate.subject.key === top.issuer.key);
      if (issuer === undefined || chain.includes(issuer)) break;
      chain.push(issuer);
      top = issuer.certificate;
    }
    return { chain, key: one.key };
  });
  const issuers = found.map(({ chain }) => new Set(chain.map(({ certificate }) => certificate.issuer.key)));
  return {
    identities: found.map(({ chain, key }) => ({ chain: chain.map(({ text }) => text).join('\n'), key })),
    choose: (authorities) => {
      if (authorities.length === 0) return found.length > 0 ? 0 : undefined;
      for (const authority of authorities) {
        const key = nameKey(authority);
        const index = issuers.findIndex((names) => key !== undefined && names.has(key));
        if (index >= 0) return index;
      }
      return undefined;
    },
  };
}

const nameKey = (name: Uint8Array) =>
  attempt(() => latin1(canonicalName(new DerReader(name).take(TAG.sequence))));
