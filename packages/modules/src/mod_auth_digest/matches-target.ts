import { readUri } from '@httpd-ts/http1';
import type { RequestRecord } from '@httpd-ts/kernel';
import { schemeOf, serverNameOf, serverPortOf } from '../core/contract.ts';

const decoded = (text: string | undefined): string | undefined =>
  text?.replace(/%([0-9a-fA-F]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );

/**
 * Whether the URI that a client signed is the one it asks for, as written or by its parts; those on the way may have
 * changed it. What is wrong has been logged. httpd: modules/aaa/mod_auth_digest.c authenticate_digest_user
 */
export function matchesTarget(request: RequestRecord, signed: string): boolean {
  const first = request.initial;
  if (signed === first.unparsedUri) return true;
  const mismatch = (number: string) => {
    const text = `uri mismatch - <${signed}> does not match request-uri <${first.unparsedUri}>`;
    request.log('auth_digest', 'error', `${number}: ${text}`);
    return false;
  };
  const uri = readUri(signed);
  if (uri === undefined) {
    request.log('auth_digest', 'error', `AH01783: invalid uri <${signed}> in Authorization header`);
    return false;
  }
  if (first.method === 'CONNECT') return mismatch('AH01785');
  const asked = first.parsedUri;
  let query = decoded(uri.query);
  const askedQuery = decoded(asked.query);
  if (
    query === undefined &&
    askedQuery !== undefined &&
    request.subprocessEnv.has('AuthDigestEnableQueryStringHack')
  ) {
    const text = `AH01784: applying AuthDigestEnableQueryStringHack to uri <${first.unparsedUri}>`;
    request.log('auth_digest', 'info', text);
    query = askedQuery;
  }
  const port = asked.port ?? serverPortOf(request);
  const isSame =
    isSameHost(decoded(uri.hostname) ?? '', decoded(asked.host) ?? serverNameOf(request)) &&
    (uri.portText === undefined || Number(uri.portText) === port) &&
    (uri.hostname === undefined ||
      uri.hostname === '' ||
      uri.portText !== undefined ||
      port === usualPort(request)) &&
    isSamePath(decoded(uri.path), decoded(asked.path), asked.host !== undefined) &&
    query === askedQuery;
  return isSame || mismatch('AH01786');
}

const isSameHost = (signed: string, asked: string) =>
  signed === '' || signed.toLowerCase() === asked.toLowerCase();

const usualPort = (request: RequestRecord) => (schemeOf(request) === 'https' ? 443 : 80);

/** The star stands for a URL without a path. */
const isSamePath = (signed: string | undefined, asked: string | undefined, isWholeUrl: boolean) =>
  signed === asked || (signed === '*' && asked === undefined && isWholeUrl);
