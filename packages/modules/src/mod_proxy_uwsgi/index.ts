import { defineModule } from '@httpd-ts/kernel';
import { proxySchemes } from '../mod_proxy/contract.ts';
import { canonicalizeUwsgi } from './canonicalize-uwsgi.ts';
import { handleUwsgi } from './handle-uwsgi.ts';

/** The uwsgi protocol for mod_proxy. */
export const modProxyUwsgi = defineModule({
  name: 'mod_proxy_uwsgi',
  identifier: 'proxy_uwsgi_module',
  httpd: 'modules/proxy/mod_proxy_uwsgi.c',
  directives: {},
  hooks: [],
  providers: [proxySchemes.provide('uwsgi', { handle: handleUwsgi, canonicalize: canonicalizeUwsgi })],
});
