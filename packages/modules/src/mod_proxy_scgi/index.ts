import { defineModule, take1 } from '@httpd-ts/kernel';
import { proxySchemes } from '../mod_proxy/contract.ts';
import { canonicalizeScgi } from './canonicalize-scgi.ts';
import { scgiConfig } from './config.ts';
import { handleScgi } from './handle-scgi.ts';
import { summaries } from './summaries.ts';

/** SCGI for mod_proxy. */
export const modProxyScgi = defineModule({
  name: 'mod_proxy_scgi',
  identifier: 'proxy_scgi_module',
  httpd: 'modules/proxy/mod_proxy_scgi.c',
  summaries,
  directives: {
    ProxySCGISendfile: scgiConfig.directive({
      args: take1,
      context: 'server, directory',
      usage: 'The name of the X-Sendfile pseudo response header or On or Off',
      default: 'Off',
      set(config, word) {
        config.sendfile = fieldName(word, 'X-Sendfile');
      },
    }),
    ProxySCGIInternalRedirect: scgiConfig.directive({
      args: take1,
      context: 'server, directory',
      usage: 'The name of the pseudo response header or On or Off',
      default: 'On',
      set(config, word) {
        config.internalRedirect = fieldName(word, 'Location');
      },
    }),
  },
  hooks: [],
  providers: [proxySchemes.provide('scgi', { handle: handleScgi, canonicalize: canonicalizeScgi })],
});

/** The field that On stands for, none for Off, else the word itself. */
function fieldName(word: string, usual: string): string | null {
  const lower = word.toLowerCase();
  return lower === 'off' ? null : lower === 'on' ? usual : word;
}
