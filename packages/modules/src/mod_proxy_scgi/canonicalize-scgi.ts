import { type HookStatus, type RequestRecord, walkConfig } from '@httpd-ts/kernel';
import { canonicalPath, pathStart, proxyPlanOf } from '../mod_proxy/contract.ts';

/** httpd: modules/proxy/mod_proxy_scgi.c scgi_canon */
export function canonicalizeScgi(request: RequestRecord, url: string): string | HookStatus {
  const start = pathStart(url);
  const origin = start < 0 ? 'Malformed URL' : proxyPlanOf(request.server).origins.find(url.slice(0, start));
  if (typeof origin === 'string') {
    request.log('proxy_scgi', 'error', `AH00857: error parsing URL ${url.slice(5, start)}: ${origin}`);
    return 400;
  }
  const path = canonicalPath(url.slice(start + 1), walkConfig.of(request).encodedSlashes === 'keep');
  if (typeof path === 'number') return path;
  if (request.env('proxy-scgi-pathinfo') !== undefined) request.pathInfo = `/${path}`;
  return `${origin.canonical}/${path}`;
}
