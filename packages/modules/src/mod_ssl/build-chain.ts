import type { Digests } from '@httpd-ts/kernel';
import { type Certificate, isMeant } from './certificate.ts';

/** httpd: SSL_CTX_set_verify_depth, which is left at this */
const longestChain = 100;

/**
 * The peer's certificate and those by whose keys each is signed, up to one that is its own issuer or whose issuer is not
 * known. Authorities come before what the peer sent, and above them are authorities only. httpd: build_chain in OpenSSL's x509_vfy.c
 */
export function buildChain(
  sent: readonly Certificate[],
  authorities: readonly Certificate[],
  digests: Digests,
): readonly Certificate[] {
  const chain = sent.slice(0, 1);
  let candidates = [...authorities, ...sent];
  while (chain.length > 0 && chain.length < longestChain) {
    const top = chain.at(-1)!;
    const issuer = isSelfIssued(top) ? undefined : candidates.find((one) => isIssuer(one, top, digests));
    if (issuer === undefined) break;
    chain.push(issuer);
    if (authorities.includes(issuer)) candidates = [...authorities];
  }
  return chain;
}

export const isSelfIssued = ({ subject, issuer }: Certificate) => subject.key === issuer.key;

const isIssuer = (issuer: Certificate, certificate: Certificate, digests: Digests) =>
  issuer.subject.key === certificate.issuer.key &&
  isMeant(issuer, certificate.authorityKey) &&
  certificate.isSignedBy(issuer.publicKey, digests);
