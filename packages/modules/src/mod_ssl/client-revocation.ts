import type { Digests, TlsSession } from '@httpd-ts/kernel';
import { buildChain, isSelfIssued } from './build-chain.ts';
import { type Certificate, readCertificate } from './certificate.ts';
import { checkRevocation, listsByIssuer, type RevocationCheck } from './check-revocation.ts';
import { latin1 } from './read-der.ts';
import { readCertificates, readStore } from './read-store.ts';
import type { SslServerConfig } from './server-config.ts';
import type { VerifyError } from './verify-errors.ts';

/** Looks for the certificates of clients in lists. */
export interface ClientRevocation {
  /** What is wrong with the client's chain, if anything. */
  faultOf(session: TlsSession, nowMs: number): VerifyError | undefined;
}

/**
 * Whether lists are looked at here. The mode `chain` as such is what the library itself does, for sessions that are
 * resumed as well; it has no other.
 */
export const isCheckedHere = ({ revocationCheck = 'none', mayLackLists = false }: SslServerConfig) =>
  revocationCheck === 'leaf' || (revocationCheck === 'chain' && mayLackLists);

/** A text is what is wrong. httpd: modules/ssl/ssl_engine_init.c ssl_init_ctx_crl */
export function clientRevocation(
  { revocationCheck, revocationFile, revocationPath, mayLackLists = false }: SslServerConfig,
  authorityTexts: readonly string[],
  digests: Digests,
): ClientRevocation | string {
  const file =
    typeof revocationFile?.content === 'object' ? readStore(revocationFile.content.text) : undefined;
  if (typeof file === 'string') return `${revocationFile!.path} ${file}`;
  const stores = (revocationPath?.texts ?? []).map(readStore).filter((store) => typeof store !== 'string');
  const lists = [file, ...stores].flatMap((store) => store?.lists ?? []);
  const authorities = readCertificates(authorityTexts);
  const anchors = new Set(authorities.map(({ der }) => latin1(der)));
  const check: Omit<RevocationCheck, 'nowMs'> = {
    lists: listsByIssuer(lists),
    mode: revocationCheck === 'leaf' ? 'leaf' : 'chain',
    mayLackLists,
    digests,
  };
  return {
    faultOf({ clientChain, clientError }, nowMs) {
      const sent = clientChain.map(readCertificate).filter((certificate) => certificate !== undefined);
      if (sent.length < clientChain.length) return 'UNSPECIFIED';
      const chain = buildChain(sent, authorities, digests);
      // The library found a chain, and lists must be looked for along one that ends where it may.
      if (clientError === undefined && !endsIn(anchors, chain)) return 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY';
      return checkRevocation(chain, { ...check, nowMs })?.error;
    },
  };
}

function endsIn(anchors: ReadonlySet<string>, chain: readonly Certificate[]): boolean {
  const top = chain.at(-1);
  return top !== undefined && isSelfIssued(top) && anchors.has(latin1(top.der));
}
