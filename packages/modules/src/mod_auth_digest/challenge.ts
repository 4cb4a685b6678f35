import type { RequestRecord } from '@httpd-ts/kernel';
import { authNameOf } from '../mod_authn_core/contract.ts';
import { authorizationOf } from './authorization-of.ts';
import { clientsOf } from './clients.ts';
import { authDigestConfig } from './config.ts';
import { makeNonce, requestTimeOf } from './nonce.ts';

/** The number that an opaque text stands for. C: strtol */
export function keyOf(opaque: string): number {
  const digits = /^[\t-\r ]*[+-]?(?:0[xX](?=[0-9a-fA-F]))?([0-9a-fA-F]{1,8})/.exec(opaque)?.[1];
  return digits === undefined ? 0 : Number.parseInt(digits, 16);
}

/**
 * Tells the client how to log in, with a nonce of its own. False where no client can be noted although one is needed.
 * httpd: modules/aaa/mod_auth_digest.c note_digest_auth_failure
 */
export function challenge(request: RequestRecord, isStale: boolean): boolean {
  const config = authDigestConfig.of(request);
  const realm = authNameOf(request) ?? '';
  const sent = authorizationOf(request);
  const given = 'opaque' in sent ? sent.opaque : undefined;
  // Of what is not complete the opaque text is not looked at, so it stands for nobody.
  const key = 'nonce' in sent && given !== undefined ? keyOf(given) : 0;
  const needsClient = config.checksCount || config.nonceLifetimeSeconds === 0;
  let opaque = given ?? '';
  let stale = isStale;
  if (given === undefined ? needsClient : !isKnown(request, key)) {
    const added = addClient(request, given !== undefined);
    if (added === undefined) return false;
    opaque = added.toString(16);
    if (given !== undefined) stale = true;
  }
  const time =
    config.nonceLifetimeSeconds === 0
      ? clientsOf(request.server.plan).nextOneTimeNonce()
      : requestTimeOf(request);
  const parts = [`Digest realm="${realm}"`, `nonce="${makeNonce(request, time, realm, opaque)}"`];
  parts.push('algorithm=MD5');
  if (opaque !== '') parts.push(`opaque="${opaque}"`);
  if (request.proxyRequest === false && config.domain.length > 0)
    parts.push(`domain="${config.domain.join(' ')}"`);
  if (stale) parts.push('stale=true');
  parts.push('qop="auth"');
  const header = request.proxyRequest === 'proxy' ? 'Proxy-Authenticate' : 'WWW-Authenticate';
  request.errHeadersOut.merge(header, parts.join(', '));
  return true;
}

/** httpd: get_client */
function isKnown(request: RequestRecord, key: number): boolean {
  const known = clientsOf(request.server.plan).has(key);
  const said = known ? `AH01764: client ${key} found` : `AH01765: client ${key} not found`;
  request.log('auth_digest', 'debug', said);
  return known;
}

/** httpd: add_client */
function addClient(request: RequestRecord, isRenewed: boolean): number | undefined {
  const { key, forgotten } = clientsOf(request.server.plan).add(isRenewed);
  if (forgotten !== undefined) {
    const { now, created, removed, renewed } = forgotten;
    const totals = `Total new clients: ${created}; Total removed clients: ${removed}; Total renewed clients: ${renewed}`;
    request.log('auth_digest', 'info', `AH01766: gc'd ${now} client entries. ${totals}`);
  }
  if (key === undefined) {
    request.log(
      'auth_digest',
      'error',
      'AH01769: unable to allocate a client entry - failing the request, since this configuration needs one',
    );
  } else request.log('auth_digest', 'debug', `AH01768: allocated new client ${key}`);
  return key;
}
