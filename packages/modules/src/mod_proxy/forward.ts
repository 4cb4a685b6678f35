import { DECLINED, type HookStatus, OK, type RequestRecord, type ServerRecord } from '@httpd-ts/kernel';
import { portOfScheme } from './origin.ts';
import { proxyPlanOf } from './proxy-plan.ts';

const hostAndPort = /^(\[[^\]]*\]|[^:/]+):[^/]*$/;

/**
 * Takes requests whose target is a whole URL, or a host and port with CONNECT, for this proxy, unless the URL is that
 * of this server itself. httpd: modules/proxy/mod_proxy.c proxy_detect
 */
export function detectForward(request: RequestRecord): HookStatus {
  const { parsedUri, unparsedUri, server } = request;
  if (request.method === 'CONNECT') {
    if (!hostAndPort.test(unparsedUri)) return DECLINED;
  } else {
    const { scheme, host } = parsedUri;
    if (scheme === undefined) return DECLINED;
    const port = targetPort(unparsedUri) ?? portOfScheme(scheme);
    if (host && isThisServer(server, host, port)) return OK;
  }
  request.proxyRequest = 'proxy';
  request.uri = unparsedUri;
  request.filename = `proxy:${withPath(unparsedUri)}`;
  request.handlerName = 'proxy-server';
  return OK;
}

/** `http://host?query` has a path all the same; httpd sends a request line without one, which no server should take. */
function withPath(url: string): string {
  return url.replace(/^([^:/?#]*:\/\/[^/?#]*)\?/, '$1/?');
}

/** The port that a URL names itself. */
function targetPort(url: string): number | undefined {
  const match = /^[^:]*:\/\/(?:[^/?#@]*@)?(?:\[[^\]]*\]|[^/?#:]*):(\d+)/.exec(url);
  return match === null ? undefined : Number(match[1]);
}

/** httpd: server/vhost.c ap_matches_request_vhost */
function isThisServer(server: ServerRecord, host: string, port: number): boolean {
  const name = host.toLowerCase();
  if (
    server.addresses.some(
      ({ text, port: addressPort }) =>
        (addressPort === 0 || addressPort === port) && text.replace(/:[^:\]]*$/, '').toLowerCase() === name,
    )
  ) {
    return true;
  }
  if (port !== server.port) return false;
  return server.hostname?.toLowerCase() === name || server.names.includes(name);
}

/** Adds the domain of this network to a host that has none. httpd: modules/proxy/mod_proxy.c proxy_needsdomain */
export function addDomain(request: RequestRecord, domain: string): HookStatus {
  const { parsedUri, unparsedUri } = request;
  if (request.method !== 'GET') return DECLINED;
  const { host } = parsedUri;
  if (!host || /[.:]/.test(host) || host.toLowerCase() === 'localhost') return DECLINED;
  const location = unparsedUri.replace(/^([^:]*:\/\/(?:[^/?#@]*@)?[^/?#:]*)/, (start) => start + domain);
  request.headersOut.set('Location', location);
  request.log('proxy', 'info', `AH01152: Domain missing: ${unparsedUri} sent to ${location}`);
  return 301;
}

/** Whether the host must not be connected to. `addresses` are known where it is looked up here. httpd: ap_proxy_checkproxyblock2 */
export function isBlocked(request: RequestRecord, host: string, addresses: readonly string[]): boolean {
  for (const block of proxyPlanOf(request.server).config.blocks) {
    const isNamed = block.name === '*' || host.includes(block.name);
    const address = isNamed ? undefined : addresses.find((one) => block.addresses.includes(one));
    if (!isNamed && address === undefined) continue;
    const text = isNamed
      ? `AH00916: connect to remote machine ${host} blocked: name ${block.name} matched`
      : `AH00917: connect to remote machine ${host} blocked: IP ${address} matched`;
    request.log('proxy', 'warn', text);
    return true;
  }
  return false;
}
