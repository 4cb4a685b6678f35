import { HeaderTable, type ResponseHead } from '@httpd-ts/http1';
import { formatHttpDate, parseHttpDate, type RequestRecord } from '@httpd-ts/kernel';
import {
  listedNames,
  mapCookie,
  mapLocation,
  type ProxyServerConfig,
  viaValue,
} from '../mod_proxy/contract.ts';

/** How the body of a response is framed, and whether the connection may be used again. */
export interface ResponseFraming {
  readonly transferEncoding: string | undefined;
  readonly contentLength: string | undefined;
  readonly closes: boolean;
}

/** Fields that are dates, with the last value of each that is as httpd writes it: most answers in a row have the same. */
const dates = ['Date', 'Expires', 'Last-Modified'].map((name) => ({ name, last: '' }));
const locations = ['Location', 'Content-Location', 'URI', 'Destination'];
const hopByHop = ['Keep-Alive', 'Proxy-Authenticate', 'TE', 'Trailer', 'Upgrade'];

/**
 * Makes the fields of a back end's answer those of ours.
 * httpd: modules/proxy/mod_proxy_http.c ap_proxy_read_headers, ap_proxy_http_process_response
 */
export function takeOverHeaders(
  request: RequestRecord,
  head: ResponseHead,
  config: ProxyServerConfig,
): ResponseFraming {
  let { headers } = head;
  let closes = head.protocolNumber < 1001;
  for (const date of dates) {
    if (headers.everyIs(date.name, date.last)) continue;
    headers.mapValues(date.name, canonicalDate);
    date.last = headers.get(date.name)!;
  }
  for (const name of locations) {
    if (headers.has(name)) headers.mapValues(name, (value) => mapLocation(request, value));
  }
  headers = withCookiesLast(request, headers);
  const transferEncoding = headers.get('Transfer-Encoding');
  const contentLength = headers.get('Content-Length');
  if (transferEncoding !== undefined && contentLength !== undefined) {
    request.log('proxy_http', 'debug', 'AH01107: server returned Transfer-Encoding and Content-Length');
    headers.unset('Content-Length');
    closes = true;
  }
  const connection = headers.getJoined('Connection');
  if (connection !== undefined) {
    for (const name of listedNames(connection)) headers.unset(name);
    const keeps = connection === 'keep-alive' || connection === 'Keep-Alive';
    if (!keeps && /(?:^|[,\t-\r ])close(?:$|[,\t-\r ])/i.test(connection)) closes = true;
    headers.unset('Connection');
  }
  headers.unset('Proxy-Connection');
  for (const name of hopByHop) headers.unset(name);
  if (headers.has('Warning')) headers = withFittingWarnings(headers);
  const contentType = headers.get('Content-Type');
  if (contentType !== undefined) request.contentType = contentType;
  const { via = 'off' } = config;
  if (head.protocolNumber >= 1000 && (via === 'on' || via === 'full'))
    headers.add('Via', viaValue(request, via));
  request.headersOut = headers;
  return {
    transferEncoding,
    contentLength: transferEncoding === undefined ? contentLength : undefined,
    closes,
  };
}

const rememberedDates = 64;
/** What is to stand in place of a date; empty for one that is as httpd writes it, or none at all. */
const canonicalDates = new Map<string, string>();

/** A date in the form httpd writes; what is no date stays. The last few are remembered. httpd: ap_proxy_date_canon */
function canonicalDate(value: string): string {
  const known = canonicalDates.get(value);
  if (known !== undefined) return known === '' ? value : known;
  const time = parseHttpDate(value);
  const canonical = time === undefined ? value : formatHttpDate(time);
  if (canonicalDates.size >= rememberedDates) canonicalDates.clear();
  canonicalDates.set(value, canonical === value ? '' : canonical);
  return canonical;
}

/** Cookies go behind all other fields, ours before those of the back end. */
function withCookiesLast(request: RequestRecord, headers: HeaderTable): HeaderTable {
  if (!request.headersOut.has('Set-Cookie') && !headers.has('Set-Cookie')) return headers;
  const own = request.headersOut.getAll('Set-Cookie');
  const result = new HeaderTable();
  const cookies: [string, string][] = own.map((value) => ['Set-Cookie', value]);
  headers.forEach((name, value) => {
    if (name.toLowerCase() === 'set-cookie') cookies.push([name, mapCookie(request, value)]);
    else result.add(name, value);
  });
  for (const [name, value] of cookies) result.add(name, value);
  return result;
}

/** Drops warnings with a date that is not the response's. httpd: ap_proxy_clean_warnings */
function withFittingWarnings(headers: HeaderTable): HeaderTable {
  const date = parseHttpDate(headers.get('Date') ?? '');
  const kept: string[] = [];
  for (const value of headers.getAll('Warning')) {
    for (const match of value.matchAll(/\d{3}[ \t]+[^ ]+[ \t]+"[^"]*"(?:[ \t]+"([^"]+)")?/g)) {
      const warned = match[1] === undefined ? undefined : parseHttpDate(match[1]);
      if (warned === undefined || warned === date) kept.push(match[0]);
    }
  }
  headers.unset('Warning');
  for (const value of kept) headers.add('Warning', value);
  return headers;
}
