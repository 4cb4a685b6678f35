import { defineModule } from '@httpd-ts/kernel';
import { proxySchemes } from '../mod_proxy/contract.ts';
import { canonicalizeAjp } from './canonicalize-ajp.ts';
import { handleAjp } from './handle-ajp.ts';

/** The Apache JServ Protocol for mod_proxy, as Tomcat speaks it. */
export const modProxyAjp = defineModule({
  name: 'mod_proxy_ajp',
  identifier: 'proxy_ajp_module',
  httpd: 'modules/proxy/mod_proxy_ajp.c',
  directives: {},
  hooks: [],
  providers: [proxySchemes.provide('ajp', { handle: handleAjp, canonicalize: canonicalizeAjp })],
});
