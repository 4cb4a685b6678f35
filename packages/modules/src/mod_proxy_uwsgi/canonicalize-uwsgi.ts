import { type HookStatus, type RequestRecord, walkConfig } from '@httpd-ts/kernel';
import { canonicalPath, hasControlOrSpace, pathStart, proxyPlanOf } from '../mod_proxy/contract.ts';

/** httpd: modules/proxy/mod_proxy_uwsgi.c uwsgi_canon */
export function canonicalizeUwsgi(request: RequestRecord, url: string): string | HookStatus {
  const start = pathStart(url);
  const origin = start < 0 ? 'Malformed URL' : proxyPlanOf(request.server).origins.find(url.slice(0, start));
  if (typeof origin === 'string') {
    request.log('proxy_uwsgi', 'error', `AH10097: error parsing URL ${url.slice(6, start)}: ${origin}`);
    return 400;
  }
  const path = url.slice(start + 1);
  const isRaw = request.note('proxy-nocanon') !== undefined || request.note('proxy-noencode') !== undefined;
  if (!isRaw) {
    const canonical = canonicalPath(path, walkConfig.of(request).encodedSlashes === 'keep');
    return typeof canonical === 'number' ? canonical : `${origin.canonical}/${canonical}`;
  }
  if (!hasControlOrSpace(path)) return `${origin.canonical}/${path}`;
  request.log('proxy_uwsgi', 'error', 'AH10417: To be forwarded path contains control characters or spaces');
  return 403;
}
