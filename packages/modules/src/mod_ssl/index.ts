import { type Compilation, defineModule, postConfig } from '@httpd-ts/kernel';
import { knownDirectives, summariesOf } from '../known-directives.ts';
import { undoneTls } from '../known-modules.ts';
import { provisionsOf } from '../known-provisions.ts';
import { backendTls } from '../mod_proxy/contract.ts';
import { backendTlsOf } from './backend-tls.ts';
import { sslProxy } from './config.ts';
import { proxyDirectives } from './proxy-directives.ts';
import { summaries } from './summaries.ts';

const { hooks = [], providers = [] } = provisionsOf('mod_ssl');

/** httpd: modules/ssl/ssl_engine_init.c ssl_init_ctx_crl */
function requireLists({ servers, refuse }: Compilation): void {
  for (const { lookupDefaults, hostname, port } of servers) {
    const config = sslProxy.at(lookupDefaults.vector);
    const { engine, revocationCheck = 'none', revocationLists, revocationListsOfPath } = config;
    if (!engine || revocationCheck === 'none' || revocationLists || revocationListsOfPath) continue;
    refuse(
      `AH01899: Host ${hostname ?? ''}:${port === 0 ? 80 : port}: CRL checking has been enabled, but neither SSLProxyCARevocationFile nor SSLProxyCARevocationPath is configured\nAH02312: Fatal error initialising mod_ssl, exiting.`,
    );
  }
}

/** TLS. What is done is TLS to back ends; a server that is to speak TLS to its clients is refused. */
export const modSsl = defineModule({
  name: 'mod_ssl',
  identifier: 'ssl_module',
  httpd: 'modules/ssl/mod_ssl.c',
  summaries: { ...summariesOf(undoneTls), ...summaries },
  directives: { ...knownDirectives(undoneTls), ...proxyDirectives },
  hooks: [...hooks, postConfig(requireLists)],
  providers: [...providers, backendTls.provide('default', backendTlsOf)],
});
