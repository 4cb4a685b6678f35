import {
  connectionSecurity,
  entryOf,
  expressionFunctions,
  expressionListFunctions,
  expressionVariables,
  type ProvidedName,
  type RequestRecord,
} from '@httpd-ts/kernel';
import { authzProvider, authzProviders } from '../mod_authz_core/contract.ts';
import { escapeLogItem, type LogSpecifier, logSpecifiers } from '../mod_log_config/contract.ts';
import { isCheckedHere } from './client-revocation.ts';
import { factsOf } from './guard-requests.ts';
import { greetingOf, revocationOf } from './prepare-servers.ts';
import { sslServer } from './server-config.ts';
import { SessionFacts } from './variables.ts';
import { clientComplaint } from './verify-client.ts';

/** A variable as expressions and logs name it. httpd: ssl_engine_vars.c ssl_var_lookup */
function variableOf(request: RequestRecord, name: string): string | undefined {
  if (name === 'HTTPS') return request.connection.isTls ? 'on' : 'off';
  return request.connection.tls?.variable(name);
}

const items: Readonly<Record<string, string>> = {
  version: 'SSL_PROTOCOL',
  cipher: 'SSL_CIPHER',
  subjectdn: 'SSL_CLIENT_S_DN',
  issuerdn: 'SSL_CLIENT_I_DN',
};

const logItem =
  (nameOf: (argument: string) => string | undefined): LogSpecifier['compile'] =>
  (argument) => {
    const name = nameOf(argument);
    return (request) => {
      const value = name === undefined ? undefined : variableOf(request, name);
      return value === undefined || value === '' ? undefined : escapeLogItem(value);
    };
  };

/** `Require ssl` and `Require ssl-verify-client`. httpd: ssl_engine_kernel.c ssl_authz_require_ssl_check */
const requirement = (name: string, isMet: (request: RequestRecord) => boolean) =>
  authzProviders.provide(
    name,
    authzProvider<undefined>({
      parse: (args) =>
        args === '' ? { parsed: undefined } : { complaint: `'Require ${name}' does not take arguments` },
      check: (request) => (isMet(request) ? 'granted' : 'denied'),
    }),
  );

/** What mod_ssl is to other modules and to connections. */
export const serverProviders: readonly ProvidedName[] = [
  connectionSecurity.provide('default', {
    greeting: greetingOf,
    complaint: (session, server) =>
      clientComplaint(session, sslServer.at(server.config), (known) =>
        revocationOf(server)?.faultOf(known, server.plan.world.clock.now()),
      ),
    facts(session, server) {
      const config = sslServer.at(server.config);
      const { verify = 'none', namesSessions = false, mayLackLists = false } = config;
      const { clock, tls } = server.plan.world;
      return new SessionFacts(session, {
        library: tls.library,
        namesSessions,
        isVerifying: verify !== 'none',
        forgivesUnknownIssuers: verify === 'optional_no_ca',
        forgivesMissingLists: isCheckedHere(config) && mayLackLists,
        now: () => clock.now(),
      });
    },
  }),
  requirement('ssl', (request) => request.connection.isTls),
  requirement(
    'ssl-verify-client',
    (request) => factsOf(request)?.variable('SSL_CLIENT_VERIFY') === 'SUCCESS',
  ),
  logSpecifiers.provide('x', { ofOriginal: false, compile: logItem((argument) => argument) }),
  logSpecifiers.provide('c', { ofOriginal: false, compile: logItem((argument) => entryOf(items, argument)) }),
  expressionVariables.provide('SSL_*', (request, _evaluation, name) => variableOf(request, name)),
  expressionFunctions.provide('ssl', {
    call: (argument, { request }) => variableOf(request, argument),
  }),
  expressionListFunctions.provide('peerextlist', () => undefined),
];
