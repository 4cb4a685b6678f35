import { encodeBase64, type RequestRecord, type ServerRecord } from '@httpd-ts/kernel';
import { schemeOf, serverNameOf, serverPortOf } from '../core/contract.ts';
import { type ProxyServerConfig, proxyDirectory } from './config.ts';
import type { Origin } from './origin.ts';

/** The head of a request to a back end but for its framing, and what it says about the body. */
export interface BackendHead {
  /** Request line and fields, each with its line end. */
  readonly lines: string;
  readonly contentLength: string | undefined;
  readonly transferEncoding: string | undefined;
}

export interface HeadChoices {
  readonly forces10: boolean;
  /** The back end is asked for `100 Continue`, which the client expects, or which shows that the back end is alive. */
  readonly expects100: boolean;
  /** `user:password` for the proxy that is asked. */
  readonly credentials: string | undefined;
}

// httpd: ap_proxy_create_hdrbrgd
const notForwarded = [
  'Host',
  'Keep-Alive',
  'Proxy-Connection',
  'TE',
  'Trailer',
  'Upgrade',
  'Transfer-Encoding',
  'Content-Length',
];
const conditions = ['If-Match', 'If-Modified-Since', 'If-Range', 'If-Unmodified-Since', 'If-None-Match'];

/** Makes the head that a back end is sent. httpd: modules/proxy/proxy_util.c ap_proxy_create_hdrbrgd */
export function makeBackendHead(
  request: RequestRecord,
  origin: Origin,
  path: string,
  config: ProxyServerConfig,
  choices: HeadChoices,
): BackendHead {
  const { headersIn, server } = request;
  const { preserveHost = false, addHeaders = true } = proxyDirectory.of(request);
  const fields = headersIn.clone();
  const host = headersIn.get('Host');
  const connection = fields.get('Connection');
  if (connection !== undefined) {
    for (const name of listedNames(connection)) fields.unset(name);
    fields.unset('Connection');
  }
  const contentLength = headersIn.get('Content-Length');
  const transferEncoding = headersIn.get('Transfer-Encoding');
  for (const name of notForwarded) fields.unset(name);
  let added = '';
  const append = (name: string, value: string) => {
    if (fields.has(name)) fields.merge(name, value);
    else added += `${name}: ${value}\r\n`;
  };
  const { via = 'off' } = config;
  if (via === 'block') fields.unset('Via');
  else if (via !== 'off') append('Via', viaValue(request, via));
  if (!choices.expects100) fields.unset('Expect');
  else if (!asksFor100(fields.get('Expect'))) append('Expect', '100-Continue');
  if (addHeaders && request.proxyRequest === 'reverse') {
    append('X-Forwarded-For', request.clientAddress);
    if (host !== undefined) append('X-Forwarded-Host', host);
    append('X-Forwarded-Server', serverHostname(server));
  }
  if (request.user !== undefined && request.env('Proxy-Chain-Auth') === undefined)
    fields.unset('Proxy-Authorization');
  const { credentials } = choices;
  if (credentials !== undefined) fields.set('Proxy-Authorization', `Basic ${encodeBase64(credentials)}`);
  if (request.main !== undefined) for (const name of conditions) fields.unset(name);
  const shownHost = preserveHost ? (host ?? serverHostname(server)) : origin.host;
  if (preserveHost && host === undefined) {
    request.log(
      'proxy',
      'warn',
      `AH01092: no HTTP 0.9 request (with no host line) on incoming request and preserve host set forcing hostname to be ${shownHost} for uri ${request.uri}`,
    );
  }
  const protocol = choices.forces10 ? '1.0' : '1.1';
  return {
    lines: `${request.method} ${path} HTTP/${protocol}\r\nHost: ${shownHost}\r\n${fields.toLines()}${added}`,
    contentLength,
    transferEncoding,
  };
}

/** Field names that a Connection field lists. httpd: ap_proxy_clear_connection */
export function listedNames(connection: string): readonly string[] {
  if (connection.length === 5 || connection.length === 10) {
    const word = connection.toLowerCase();
    if (word === 'close' || word === 'keep-alive') return [];
  }
  return connection.split(/[,\t-\r ]+/).filter((name) => name !== '');
}

/** Whether a value of Expect asks for 100 Continue. */
function asksFor100(value: string | undefined): boolean {
  return value !== undefined && /(?:^|[,\t-\r ])100-continue(?:$|[,;\t-\r ])/i.test(value);
}

/** ServerName, or what httpd takes when there is none. httpd: server_hostname */
export function serverHostname(server: ServerRecord): string {
  return server.hostname ?? server.plan.mainServer.hostname ?? server.plan.world.network.hostName;
}

/** The entry of this server in Via. */
export function viaValue(request: RequestRecord, via: 'on' | 'full'): string {
  const named = serverNameOf(request);
  const name = named === request.hostname ? serverHostname(request.server) : named;
  const port = serverPortOf(request);
  const shown = port === (schemeOf(request) === 'https' ? 443 : 80) ? name : `${name}:${port}`;
  const major = Math.floor(request.protocolNumber / 1000);
  const entry = `${major}.${request.protocolNumber % 1000} ${shown}`;
  return via === 'full' ? `${entry} (Apache/2.4.71)` : entry;
}
