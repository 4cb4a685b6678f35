import { DECLINED, type RequestRecord, type ServerRecord } from '@httpd-ts/kernel';
import { greetingOf } from './prepare-servers.ts';
import { type SniPolicy, type SslServerConfig, sniPolicy, sslServer } from './server-config.ts';

/**
 * What comes of a request as it was read: a client that speaks no TLS is told so, and a Host header must not lead to a
 * server with other rules than the one that the handshake was for.
 * httpd: modules/ssl/ssl_engine_kernel.c ssl_hook_ReadReq
 */
export function judgeHost(request: RequestRecord): number {
  const { connection, server } = request;
  if (connection.isPlainByMistake) {
    request.notes.set('error-notes', plainHttp);
    return 400;
  }
  const { tls } = connection;
  if (tls === undefined) return DECLINED;
  const of = (one: ServerRecord) => sslServer.at(one.config);
  if (tls.serverName === undefined) {
    if (of(server).strictSniHostCheck || of(connection.server).strictSniHostCheck) {
      request.log('ssl', 'info', 'AH02033: No hostname was provided via SNI for a name based virtual host');
      request.notes.set('error-notes', noServerName);
      return 403;
    }
  } else if (request.hostname === undefined) {
    request.log(
      'ssl',
      'error',
      `AH02031: Hostname ${tls.serverName} provided via SNI, but no hostname provided in HTTP request`,
    );
    return 400;
  }
  const { policy = 'secure' } = sniPolicy.at(server.plan.mainServer.config);
  if (server === connection.server || areCompatible(policy, connection.server, server)) return DECLINED;
  const named =
    tls.serverName === undefined
      ? `${connection.server.hostname ?? ''} (default host as no SNI was provided)`
      : `${tls.serverName} provided via SNI`;
  request.log(
    'ssl',
    'error',
    `AH02032: Hostname ${named} and hostname ${request.hostname ?? ''} provided via HTTP have no compatible SSL setup for policy '${policy}'`,
  );
  return 421;
}

const noServerName =
  'Reason: The client software did not provide a hostname using Server Name Indication (SNI), which is required to access this server.<br />\n';

const plainHttp =
  "Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />\n Instead use the HTTPS scheme to access this URL, please.<br />\n";

/** httpd: ssl_check_vhost_sni_policy, ssl_server_compatible */
function areCompatible(policy: SniPolicy, one: ServerRecord, other: ServerRecord): boolean {
  if (policy === 'insecure') return true;
  if (policy === 'strict' || greetingOf(one) === undefined || greetingOf(other) === undefined) return false;
  const first = sslServer.at(one.config);
  const second = sslServer.at(other.config);
  if (!isSame(ruleOfClients(first), ruleOfClients(second))) return false;
  return policy === 'authonly' || isSame(setUp(first), setUp(second));
}

const isSame = (one: readonly unknown[], other: readonly unknown[]) =>
  one.length === other.length && one.every((value, index) => value === other[index]);

const ruleOfClients = ({
  verify = 'none',
  verifyDepth,
  authorityFile,
  authorityPath,
  ciphers,
  suites13,
}: SslServerConfig) => [verify, verifyDepth, authorityFile?.path, authorityPath?.path, ciphers, suites13];

const setUp = ({ versions, certificates = [], keys = [] }: SslServerConfig) => [
  versions?.join(),
  ...certificates.map(({ path }) => path),
  '',
  ...keys.map(({ path }) => path),
];
