import { childExit, defineModule, type RequestRecord } from '@httpd-ts/kernel';
import { canonicalUrl, proxySchemes } from '../mod_proxy/contract.ts';
import { handleHttp2 } from './handle-http2.ts';
import { closeSessions } from './sessions.ts';

const canonicalize = (request: RequestRecord, url: string) =>
  canonicalUrl(request, url, 'proxy_http2', 'AH03358');

/** HTTP/2 for mod_proxy: `h2://` over TLS, `h2c://` without. */
export const modProxyHttp2 = defineModule({
  name: 'mod_proxy_http2',
  identifier: 'proxy_http2_module',
  httpd: 'modules/http2/mod_proxy_http2.c',
  directives: {},
  hooks: [childExit((_compilation, plan) => closeSessions(plan))],
  providers: [
    proxySchemes.provide('h2c', {
      handle: (request, worker, origin, path) => handleHttp2(request, worker, origin, path, false),
      canonicalize,
    }),
    proxySchemes.provide('h2', {
      handle: (request, worker, origin, path) => handleHttp2(request, worker, origin, path, true),
      canonicalize,
    }),
  ],
});
