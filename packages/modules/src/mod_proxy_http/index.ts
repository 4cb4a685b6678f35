import { defineModule } from '@httpd-ts/kernel';
import { canonicalUrl, type ProxyScheme, proxySchemes } from '../mod_proxy/contract.ts';
import { handleHttp } from './handle-http.ts';

const http: ProxyScheme = {
  handle: handleHttp,
  canonicalize: (request, url) => canonicalUrl(request, url, 'proxy_http', 'AH01083'),
};

/** HTTP for mod_proxy. */
export const modProxyHttp = defineModule({
  name: 'mod_proxy_http',
  identifier: 'proxy_http_module',
  httpd: 'modules/proxy/mod_proxy_http.c',
  directives: {},
  hooks: [],
  providers: [proxySchemes.provide('http', http), proxySchemes.provide('https', http)],
});
