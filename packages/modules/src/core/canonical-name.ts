import { type ConfigView, DECLINED, type HookResult, type Plan, type RequestRecord } from '@httpd-ts/kernel';
import { coreDirectory } from './core-config.ts';

/** `http` or `https`: the scheme of URLs to this server. httpd: ap_http_scheme */
export function schemeOf(request: RequestRecord): string {
  const { server, connection } = request;
  if (server.isTls && connection.isPlainByMistake !== true) return 'https';
  // A server without TLS of its own that is reached over TLS calls itself `http`.
  return server.scheme ?? (connection.isTls && connection.tls === undefined ? 'https' : 'http');
}

const defaultPort = (scheme: string) => (scheme === 'https' ? 443 : 80);

const localNamesKey = { name: 'names of local addresses' };

/** Names of this machine's own addresses; undefined under one that has none. */
const localNames = ({ memory }: Pick<Plan, 'memory'>) =>
  memory(localNamesKey, () => new Map<string, string | undefined>());

/** Whether UseCanonicalName is DNS. */
export const usesLocalName = (view: ConfigView) => coreDirectory.of(view).useCanonicalName === 'dns';

/** Finds the name of the address a client came to, the first time one comes to it. httpd: conn_rec local_host */
export function lookUpLocalName(request: RequestRecord): HookResult {
  const { plan } = request.server;
  const names = localNames(plan);
  const { localAddress } = request.connection;
  if (names.has(localAddress)) return DECLINED;
  return plan.world.network.reverse(localAddress).then((name) => {
    names.set(localAddress, name?.toLowerCase());
    return DECLINED;
  });
}

/** The name of the server as URLs to itself have it, by UseCanonicalName. httpd: server/core.c ap_get_server_name */
export function serverNameOf(request: RequestRecord): string {
  const mode = coreDirectory.of(request).useCanonicalName ?? 'off';
  const { hostname } = request.server;
  if (mode === 'dns') {
    const found = localNames(request.server.plan).get(request.connection.localAddress);
    if (found !== undefined) return found;
  }
  const name = mode === 'off' ? (request.hostname ?? hostname) : hostname;
  return name ?? request.server.plan.mainServer.hostname ?? request.connection.localAddress;
}

/** The name of the server as a URL holds it: IPv6 addresses in brackets. httpd: server/core.c ap_get_server_name_for_url */
export function serverNameForUrl(request: RequestRecord): string {
  return bracketed(serverNameOf(request));
}

const bracketed = (name: string) => (name.includes(':') ? `[${name}]` : name);

/** Port the client gave in the target or in Host; look-ups do not know it. httpd: r->parsed_uri.port */
const requestedPort = (request: RequestRecord) => request.initial.parsedUri.port;

/** The port of URLs to this server. httpd: server/core.c ap_get_server_port */
export function serverPortOf(request: RequestRecord): number {
  const { useCanonicalName = 'off', useCanonicalPhysicalPort = false } = coreDirectory.of(request);
  const configured = request.server.port === 0 ? undefined : request.server.port;
  const physical = useCanonicalPhysicalPort ? request.connection.localPort : undefined;
  const usual = defaultPort(schemeOf(request));
  return useCanonicalName === 'on'
    ? (configured ?? physical ?? usual)
    : (requestedPort(request) ?? physical ?? configured ?? usual);
}

/** An absolute URL for a path on this server. httpd: server/core.c ap_construct_url */
export function constructUrl(path: string, request: RequestRecord): string {
  return urlOf(schemeOf(request), serverNameForUrl(request), serverPortOf(request), path);
}

/**
 * The whole URL that was asked for: what the target and Host do not say is the server's, the path is decoded.
 * An address that is the server's name gets its brackets twice, as in httpd.
 * httpd: server/util_script.c ap_add_common_vars with QualifyRedirectURL
 */
export function requestedUrl(request: RequestRecord): string {
  const { scheme, host, port, path = '', query } = request.parsedUri;
  return urlOf(
    scheme ?? schemeOf(request),
    bracketed(host ?? serverNameForUrl(request)),
    port ?? serverPortOf(request),
    query === undefined ? path : `${path}?${query}`,
  );
}

function urlOf(scheme: string, host: string, port: number, path: string): string {
  return port === defaultPort(scheme) ? `${scheme}://${host}${path}` : `${scheme}://${host}:${port}${path}`;
}
