import type { RequestRecord } from '@httpd-ts/kernel';
import { coreDirectory } from './core-config.ts';

/** `http` or `https`: the scheme of URLs to this server. httpd: ap_http_scheme */
export function schemeOf(request: RequestRecord): string {
  return request.server.scheme ?? (request.connection.isTls ? 'https' : 'http');
}

const defaultPort = (scheme: string) => (scheme === 'https' ? 443 : 80);

/** The name of the server as URLs to itself have it, by UseCanonicalName. httpd: server/core.c ap_get_server_name */
export function serverNameOf(request: RequestRecord): string {
  const mode = coreDirectory.of(request).useCanonicalName ?? 'off';
  const { hostname } = request.server;
  const name = mode === 'off' ? (request.hostname ?? hostname) : hostname;
  return name ?? request.server.plan.mainServer.hostname ?? request.connection.localAddress;
}

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
  const scheme = schemeOf(request);
  const port = serverPortOf(request);
  const name = serverNameOf(request);
  const host = name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
  return port === defaultPort(scheme) ? `${scheme}://${host}${path}` : `${scheme}://${host}:${port}${path}`;
}
