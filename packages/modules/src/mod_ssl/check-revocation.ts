import type { Digests } from '@httpd-ts/kernel';
import { allReasons, type Certificate, isMeant } from './certificate.ts';
import type { ListScope, RevocationList } from './revocation-list.ts';
import type { VerifyError } from './verify-errors.ts';

/** Lists by who issued them, in the order in which they were read. */
export type RevocationLists = ReadonlyMap<string, readonly RevocationList[]>;

export function listsByIssuer(lists: readonly RevocationList[]): RevocationLists {
  return Map.groupBy(lists, ({ issuer }) => issuer.key);
}

/** What is wrong with one certificate of a chain; the peer's own has depth 0. */
export interface ChainFault {
  readonly error: VerifyError;
  readonly depth: number;
}

/** What a check has at hand. */
export interface RevocationCheck {
  readonly lists: RevocationLists;
  /** Whether each certificate of the chain is looked for, or the peer's own only. */
  readonly mode: 'leaf' | 'chain';
  /** A certificate whose authority has no list passes. httpd: no_crl_for_cert_ok */
  readonly mayLackLists: boolean;
  readonly digests: Digests;
  readonly nowMs: number;
}

/** Looks for the certificates of a chain in lists. httpd: check_revocation in OpenSSL's x509_vfy.c */
export function checkRevocation(
  chain: readonly Certificate[],
  check: RevocationCheck,
): ChainFault | undefined {
  const last = check.mode === 'chain' ? chain.length : 1;
  for (let depth = 0; depth < Math.min(last, chain.length); depth++) {
    const error = checkCertificate(chain, depth, check);
    if (error === undefined || (error === 'UNABLE_TO_GET_CRL' && check.mayLackLists)) continue;
    return { error, depth };
  }
  return undefined;
}

/** httpd: check_cert. Lists about some reasons only are taken until all are covered. */
function checkCertificate(
  chain: readonly Certificate[],
  depth: number,
  check: RevocationCheck,
): VerifyError | undefined {
  for (let covered = 0; covered !== allReasons; ) {
    const found = findList(chain, depth, check, covered);
    if (found === undefined) return 'UNABLE_TO_GET_CRL';
    const { list } = found;
    const error = checkList(found, check) ?? lookUp(list, chain[depth]!);
    if (error !== undefined) return error;
    if (found.reasons === covered) return 'UNABLE_TO_GET_CRL';
    covered = found.reasons;
  }
  return undefined;
}

interface FoundList {
  readonly list: RevocationList;
  readonly issuer: Certificate;
  readonly score: number;
  /** Reasons that are covered with it. */
  readonly reasons: number;
}

// How well a list suits. httpd: CRL_SCORE_*
const UNDERSTOOD = 0x100;
const IN_SCOPE = 0x80;
const IN_TIME = 0x40;

/** The list that suits best, the newest of equals. httpd: get_crl_sk */
function findList(
  chain: readonly Certificate[],
  depth: number,
  { lists, nowMs }: RevocationCheck,
  covered: number,
): FoundList | undefined {
  const certificate = chain[depth]!;
  let best: FoundList | undefined;
  for (const list of lists.get(certificate.issuer.key) ?? []) {
    if (list.scope !== undefined && !isUsable(list.scope)) continue;
    const issuer = issuerOf(list, chain, depth);
    if (issuer === undefined) continue;
    const reasons = reasonsInScope(certificate, list.scope);
    if (reasons !== undefined && (reasons & ~covered) === 0) continue;
    const score =
      (list.hasUnknownCritical ? 0 : UNDERSTOOD) |
      (reasons === undefined ? 0 : IN_SCOPE) |
      (timeError(list, nowMs) === undefined ? IN_TIME : 0);
    const isBetter =
      best === undefined ||
      score > best.score ||
      (score === best.score && list.thisUpdateMs > best.list.thisUpdateMs);
    if (isBetter) best = { list, issuer, score, reasons: covered | (reasons ?? 0) };
  }
  return best;
}

/** Lists of others, of some reasons, and such that contradict themselves are left alone. httpd: get_crl_score, setup_idp */
function isUsable(scope: ListScope): boolean {
  const { onlyUsers, onlyAuthorities, onlyAttributes, isIndirect, onlySomeReasons } = scope;
  const restrictions = [onlyUsers, onlyAuthorities, onlyAttributes].filter(Boolean).length;
  return restrictions <= 1 && !isIndirect && !onlySomeReasons;
}

/** The certificate of the chain by whose key a list should be signed. httpd: crl_akid_check */
function issuerOf(
  list: RevocationList,
  chain: readonly Certificate[],
  depth: number,
): Certificate | undefined {
  const next = Math.min(depth + 1, chain.length - 1);
  if (isMeant(chain[next]!, list.authorityKey)) return chain[next];
  return chain
    .slice(next + 1)
    .find((one) => one.subject.key === list.issuer.key && isMeant(one, list.authorityKey));
}

/** For which reasons a list is about a certificate; undefined where it is not. httpd: crl_crldp_check */
function reasonsInScope(certificate: Certificate, scope: ListScope | undefined): number | undefined {
  if (scope?.onlyAttributes) return undefined;
  if (certificate.isAuthority ? scope?.onlyUsers : scope?.onlyAuthorities) return undefined;
  const point = certificate.distributionPoints.find(
    ({ places, hasOtherIssuer }) => !hasOtherIssuer && shareOne(places, scope?.places),
  );
  if (point !== undefined) return point.reasons;
  return scope?.places === undefined ? allReasons : undefined;
}

const shareOne = (some: readonly string[] | undefined, others: readonly string[] | undefined) =>
  some === undefined || others === undefined || some.some((place) => others.includes(place));

/** httpd: check_crl, cert_crl */
function checkList({ list, issuer, score }: FoundList, check: RevocationCheck): VerifyError | undefined {
  if (!list.isDelta && !issuer.maySignLists) return 'KEYUSAGE_NO_CRL_SIGN';
  if (!list.isDelta && (score & IN_SCOPE) === 0) return 'DIFFERENT_CRL_SCOPE';
  const untimely = timeError(list, check.nowMs);
  if (untimely !== undefined) return untimely;
  if (!list.isSignedBy(issuer.publicKey, check.digests)) return 'CRL_SIGNATURE_FAILURE';
  return list.hasUnknownCritical ? 'UNHANDLED_CRITICAL_CRL_EXTENSION' : undefined;
}

/** httpd: check_crl_time */
function timeError({ thisUpdateMs, nextUpdateMs }: RevocationList, nowMs: number): VerifyError | undefined {
  if (thisUpdateMs > nowMs) return 'CRL_NOT_YET_VALID';
  return nextUpdateMs !== undefined && nextUpdateMs < nowMs ? 'CRL_HAS_EXPIRED' : undefined;
}

const lookUp = ({ revoked }: RevocationList, { serial }: Certificate): VerifyError | undefined =>
  revoked.get(serial) === true ? 'CERT_REVOKED' : undefined;
