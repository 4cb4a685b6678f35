import {
  accessChecker,
  authChecker,
  type Compilation,
  type ConfigView,
  checkConfig,
  checkUserId,
  defineModule,
  fixups,
  postConfig,
  postReadRequest,
} from '@httpd-ts/kernel';
import { knownDirectives, summariesOf } from '../known-directives.ts';
import { undoneTls } from '../known-modules.ts';
import { backendTls } from '../mod_proxy/contract.ts';
import { backendTlsOf } from './backend-tls.ts';
import { sslProxy } from './config.ts';
import { checkAccess, exportVariables, fakeBasicAuth, keepForbidden } from './guard-requests.ts';
import { judgeHost } from './judge-host.ts';
import { markServers, prepareServers } from './prepare-servers.ts';
import { proxyDirectives } from './proxy-directives.ts';
import { hasOption, sslDirectory } from './server-config.ts';
import { serverDirectives } from './server-directives.ts';
import { serverProviders } from './server-providers.ts';
import { serverSummaries } from './server-summaries.ts';
import { summaries } from './summaries.ts';

const guards = (view: ConfigView) => {
  const { requiresTls, requirements } = sslDirectory.of(view);
  return requiresTls === true || requirements.length > 0;
};

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

const isStrict = (view: ConfigView) => hasOption(view, 'strictrequire');

/** TLS with clients and with back ends. */
export const modSsl = defineModule({
  name: 'mod_ssl',
  identifier: 'ssl_module',
  httpd: 'modules/ssl/mod_ssl.c',
  summaries: { ...summariesOf(undoneTls), ...serverSummaries, ...summaries },
  directives: { ...knownDirectives(undoneTls), ...serverDirectives, ...proxyDirectives },
  hooks: [
    checkConfig(markServers, { order: 'really-first' }),
    postConfig(prepareServers),
    postConfig(requireLists),
    postReadRequest(judgeHost),
    accessChecker(checkAccess, { when: guards }),
    checkUserId(fakeBasicAuth, { order: 'first' }),
    authChecker(keepForbidden, { when: isStrict }),
    fixups(exportVariables),
  ],
  providers: [...serverProviders, backendTls.provide('default', backendTlsOf)],
});
