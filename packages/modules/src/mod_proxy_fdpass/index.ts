import { defineModule } from '@httpd-ts/kernel';
import { unservedSchemes } from '../mod_proxy/contract.ts';

const name = 'mod_proxy_fdpass';

/**
 * Hands clients' connections to another program over a unix socket. Node.js cannot pass a descriptor to a program that
 * it did not start (there is no SCM_RIGHTS), so that a configuration with such a back end is not served.
 */
export const modProxyFdpass = defineModule({
  name,
  identifier: 'proxy_fdpass_module',
  httpd: 'modules/proxy/mod_proxy_fdpass.c',
  directives: {},
  providers: [
    unservedSchemes.provide('fd', {
      module: name,
      reason: 'Node.js cannot hand a connection to another program',
    }),
  ],
});
