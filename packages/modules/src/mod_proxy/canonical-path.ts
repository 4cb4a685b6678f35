import { type AddressPort, readAddressPort } from '@httpd-ts/http1';
import type { HookStatus } from '@httpd-ts/kernel';

const hexDigits = '0123456789ABCDEF';

function escapeTable(kept: string): readonly string[] {
  return Array.from({ length: 256 }, (_, code) => {
    const char = String.fromCharCode(code);
    if (/[A-Za-z0-9]/.test(char) || kept.includes(char)) return char;
    return `%${hexDigits[code >> 4]}${hexDigits[code & 15]}`;
  });
}

// httpd: modules/proxy/proxy_util.c ap_proxy_canonenc_ex, enc_path
const pathTable = escapeTable("~$-_.+!*'(),;:@&=/");
const clean = /^[A-Za-z0-9~$\-_.+!*'(),;:@&=/]*$/;

/**
 * Escapes what must be escaped in a decoded path. With `keepEncodedSlashes`, a `%2f` in it stays as it is, and a path
 * with a percent sign that escapes nothing is refused.
 */
export function canonicalPath(path: string, keepEncodedSlashes: false): string;
export function canonicalPath(path: string, keepEncodedSlashes: boolean): string | HookStatus;
export function canonicalPath(path: string, keepEncodedSlashes: boolean): string | HookStatus {
  if (clean.test(path)) return path;
  if (keepEncodedSlashes && /%(?![0-9A-Fa-f]{2})/.test(path)) return 400;
  let result = '';
  for (let i = 0; i < path.length; i++) {
    if (
      keepEncodedSlashes &&
      path[i] === '%' &&
      path[i + 1] === '2' &&
      (path[i + 2] === 'f' || path[i + 2] === 'F')
    ) {
      result += path.slice(i, i + 3);
      i += 2;
    } else result += pathTable[path.charCodeAt(i)];
  }
  return result;
}

/**
 * Splits and checks an authority; a text is the complaint. A port is the digits behind the last colon; without any, all
 * of it is a name, which no look-up will find: `host:8080path`, as it comes of a rule that lacks a slash.
 * In canonical form such a name stands in brackets, as all with a colon do. httpd: ap_proxy_canon_netloc, apr_parse_addr_port
 */
export function canonicalHost(
  authority: string,
): { readonly hostname: string; readonly port: number } | string {
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const found = readAddressPort(host) ?? canonicalName(host);
  if (found?.address === undefined || found.address === '' || found.scope !== undefined) {
    return 'Invalid host/port';
  }
  const hostname = found.address.replace(/[A-Z]+/g, (upper) => upper.toLowerCase());
  return { hostname, port: found.port };
}

/** A name with a colon, which is no address, in the form it was brought into. */
function canonicalName(host: string): AddressPort | undefined {
  const match = /^\[(.*:.*)\](?::(\d{1,5}))?$/.exec(host);
  const port = Number(match?.[2] ?? 0);
  const isPort = match?.[2] === undefined || (port >= 1 && port <= 65_535);
  return match === null || !isPort ? undefined : { address: match[1], scope: undefined, port };
}

/** Whether a control character or blank is in the text, which must not go out. httpd: ap_scan_vchar_obstext */
export function hasControlOrSpace(text: string): boolean {
  return /[\0-\x20\x7f]/.test(text);
}
