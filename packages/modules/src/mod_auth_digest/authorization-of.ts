import type { RequestRecord } from '@httpd-ts/kernel';
import { type DigestAuthorization, type NoAuthorization, readAuthorization } from './read-authorization.ts';

const sentKey = { name: 'digest authorization' };

/** What the client sent with the request that all began with. httpd: modules/aaa/mod_auth_digest.c parse_hdr_and_update_nc */
export function authorizationOf(request: RequestRecord): DigestAuthorization | NoAuthorization {
  const first = request.initial;
  const known = first.state<DigestAuthorization | NoAuthorization>(sentKey);
  if (known !== undefined) return known;
  const header = first.proxyRequest === 'proxy' ? 'Proxy-Authorization' : 'Authorization';
  return first.setState(sentKey, readAuthorization(first.headersIn.get(header)));
}
