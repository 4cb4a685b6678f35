import {
  DECLINED,
  encodeHex,
  type HookResult,
  type HookStatus,
  OK,
  type RequestRecord,
} from '@httpd-ts/kernel';
import { type AuthnStatus, authNameOf, authnProviders, authTypeOf } from '../mod_authn_core/contract.ts';
import { authorizationOf } from './authorization-of.ts';
import { challenge, keyOf } from './challenge.ts';
import { clientsOf, type LastUse } from './clients.ts';
import { type AuthDigestConfig, authDigestConfig } from './config.ts';
import { matchesTarget } from './matches-target.ts';
import { expectedHash, makeNonce, requestTimeOf, timeOf } from './nonce.ts';
import type { DigestAuthorization } from './read-authorization.ts';

/** A user that was let in, of which the response tells. */
interface Accepted {
  readonly sent: DigestAuthorization;
  readonly realm: string;
  readonly passwordHash: string;
}

const acceptedKey = { name: 'digest login' };

/** Finds out who the user is. httpd: modules/aaa/mod_auth_digest.c authenticate_digest_user */
export function authenticateDigest(request: RequestRecord): HookResult {
  if (authTypeOf(request)?.toLowerCase() !== 'digest') return DECLINED;
  const realm = authNameOf(request);
  if (realm === undefined) {
    request.log('auth_digest', 'error', `AH01780: need AuthName: ${request.uri}`);
    return 500;
  }
  const refuse = (
    complaint: string | undefined,
    isStale = false,
    level: 'error' | 'info' = 'error',
  ): number => {
    if (complaint !== undefined) request.log('auth_digest', level, complaint);
    return challenge(request, isStale) ? 401 : 500;
  };
  const sent = authorizationOf(request);
  if ('missing' in sent) {
    if (sent.missing === 'header') return refuse(undefined);
    const parts = 'user, realm, nonce, uri, digest, cnonce, or nonce_count';
    return refuse(`AH01782: missing ${parts} in authorization header: ${request.uri}`);
  }
  if ('scheme' in sent) {
    return refuse(`AH01781: client used wrong authentication scheme \`${sent.scheme}': ${request.uri}`);
  }
  request.user = sent.username;
  request.authType = 'Digest';
  if (!matchesTarget(request, sent.uri)) return 400;
  if (sent.opaque !== undefined && keyOf(sent.opaque) === 0) {
    return refuse(`AH01787: received invalid opaque - got \`${sent.opaque}'`);
  }
  if (sent.realm !== realm) {
    return refuse(`AH01788: realm mismatch - got \`${sent.realm}' but expected \`${realm}'`);
  }
  if (sent.algorithm !== undefined && sent.algorithm.toLowerCase() !== 'md5') {
    return refuse(`AH01789: unknown algorithm \`${sent.algorithm}' received: ${request.uri}`);
  }
  const found = findHash(request, sent.username, realm);
  const who = `user \`${sent.username}' in realm \`${realm}'`;
  if (found === 'user-not-found') return refuse(`AH01790: ${who} not found: ${request.uri}`);
  if (found === 'denied') return refuse(`AH01791: ${who} denied by provider: ${request.uri}`);
  if (typeof found === 'string') return 500;
  if ('handled' in found) return found.handled;
  if (sent.qop?.toLowerCase() !== 'auth') {
    const qop = sent.qop ?? '(null)';
    return refuse(
      `AH10560: invalid or missing qop value '${qop}', RFC 2069 is no longer supported: ${request.uri}`,
    );
  }
  if (sent.response !== responseTo(request, sent, found.hash, request.initial.method)) {
    return refuse(`AH01794: user ${sent.username}: password mismatch: ${request.uri}`);
  }
  const fault = nonceFault(request, authDigestConfig.of(request), sent, realm);
  if (fault !== undefined) return refuse(fault.complaint, fault.isStale, fault.level);
  const accepted: Accepted = { sent, realm, passwordHash: found.hash };
  request.setState(acceptedKey, accepted);
  return OK;
}

/** The hash of user, realm and password by the first provider that knows the user. httpd: get_hash */
function findHash(
  request: RequestRecord,
  user: string,
  realm: string,
): { readonly hash: string } | AuthnStatus {
  const configured = authDigestConfig.of(request).providers;
  const fallback = request.server.plan.providers.find(authnProviders, 'file');
  const providers = configured.length > 0 ? configured : fallback?.realmHash === undefined ? [] : [fallback];
  if (providers.length === 0) {
    request.log('auth_digest', 'error', 'AH01770: No Authn provider configured');
    return 'general-error';
  }
  let found: { readonly hash: string } | AuthnStatus = 'user-not-found';
  for (const provider of providers) {
    found = provider.realmHash!(request, user, realm);
    if (found !== 'user-not-found') break;
  }
  return found;
}

/** The proof of whoever knows the password's hash; servers give it without a method. httpd: new_digest */
function responseTo(
  request: RequestRecord,
  { nonce, nc, cnonce, qop, uri }: DigestAuthorization,
  passwordHash: string,
  method: string,
): string {
  const { digests } = request.server.plan.world;
  const md5 = (text: string) => encodeHex(digests.hash('md5', text));
  return md5([passwordHash, nonce, nc, cnonce, qop, md5(`${method}:${uri}`)].join(':'));
}

interface NonceFault {
  readonly complaint: string;
  readonly isStale: boolean;
  readonly level: 'error' | 'info';
}

/** What is wrong with a nonce or with the count of its uses. httpd: check_nonce, check_nc */
function nonceFault(
  request: RequestRecord,
  { nonceLifetimeSeconds: lifetime, checksCount }: AuthDigestConfig,
  { nonce, nc = '', opaque = '', username }: DigestAuthorization,
  realm: string,
): NonceFault | undefined {
  const stale = (complaint: string, level: 'error' | 'info') => ({ complaint, isStale: true, level });
  const hash = expectedHash(request, nonce, realm, opaque);
  if (hash !== undefined) {
    return stale(`AH01776: invalid nonce ${nonce} received - hash is not ${hash}`, 'error');
  }
  const time = timeOf(nonce);
  if (lifetime > 0) {
    const age = Number(requestTimeOf(request) - time) / 1e6;
    if (age < 0)
      return stale(`AH01777: invalid nonce ${nonce} received - user attempted time travel`, 'error');
    if (age > lifetime) {
      const told = `${Math.floor(age).toFixed(2)} seconds old - max lifetime ${lifetime.toFixed(2)}`;
      return stale(`AH01778: user ${username}: nonce expired (${told}) - sending new nonce`, 'info');
    }
  }
  if (!checksCount && lifetime !== 0) return undefined;
  const count = readCount(nc);
  if (count === undefined) {
    return { complaint: `AH01773: invalid nc ${nc} received - not a number`, isStale: false, level: 'error' };
  }
  const key = keyOf(opaque);
  const isReused = (last: LastUse) =>
    lifetime === 0 ? time <= last.time : time < last.time || (time === last.time && count <= last.count);
  const last = clientsOf(request.server.plan).use(key, (known) =>
    isReused(known) ? undefined : { time, count },
  );
  if (last === undefined) {
    return stale(`AH10618: client ${key} is no longer known - sending new nonce`, 'info');
  }
  if (!isReused(last)) return undefined;
  if (lifetime === 0) {
    return stale(
      `AH01779: user ${username}: one-time-nonce ${nonce} already used - sending new nonce`,
      'info',
    );
  }
  const replay = 'Warning, possible replay attack: nonce-count check failed';
  const complaint = `AH01774: ${replay}: ${count} is not above ${last.count} for nonce ${nonce}`;
  return { complaint, isStale: false, level: 'error' };
}

const longMaximum = (1n << 63n) - 1n;

/** A count in hexadecimal digits; a blank may end it. C: strtol */
function readCount(text: string): bigint | undefined {
  const match = /^(?:[\t-\r ]*([+-]?)(?:0[xX](?=[0-9a-fA-F]))?([0-9a-fA-F]+))?(?:$|[\t-\r ])/.exec(text);
  if (match === null) return undefined;
  const size = BigInt(`0x${match[2] ?? '0'}`);
  if (match[1] === '-') return BigInt.asUintN(64, size > longMaximum ? -longMaximum - 1n : -size);
  return size > longMaximum ? longMaximum : size;
}

/** A nonce is replaced when it has so long to live. */
const renewalSeconds = 30;

/** Proves to the client that this server knows the password, too. httpd: add_auth_info */
export function addAuthenticationInfo(request: RequestRecord): HookStatus {
  const accepted = request.state<Accepted>(acceptedKey);
  if (accepted === undefined) return OK;
  const { sent, realm, passwordHash } = accepted;
  const parts = [`rspauth="${responseTo(request, sent, passwordHash, '')}"`];
  const time = nextNonceTime(request, sent.nonce);
  if (time !== undefined) parts.push(`nextnonce="${makeNonce(request, time, realm, sent.opaque ?? '')}"`);
  parts.push(`cnonce="${sent.cnonce!.replace(/\\[\s\S]|"/g, (text) => (text === '"' ? '\\"' : text))}"`);
  parts.push(`nc=${sent.nc}`, `qop=${sent.qop}`);
  const header = request.proxyRequest === 'proxy' ? 'Proxy-Authentication-Info' : 'Authentication-Info';
  request.headersOut.merge(header, parts.join(', '));
  return OK;
}

function nextNonceTime(request: RequestRecord, nonce: string): bigint | undefined {
  const { nonceLifetimeSeconds: lifetime } = authDigestConfig.of(request);
  if (lifetime === 0) return clientsOf(request.server.plan).nextOneTimeNonce();
  if (lifetime < 0) return undefined;
  const now = requestTimeOf(request);
  return Number(now - timeOf(nonce)) / 1e6 > lifetime - renewalSeconds ? now : undefined;
}
