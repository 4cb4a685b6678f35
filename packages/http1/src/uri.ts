import { trimBlanks } from './blanks.ts';
/** The parts of a URL or a request target, as apr_uri_parse leaves them; nothing is decoded. */
export interface Uri {
  /** Lower or upper case as written; undefined for a path. */
  scheme: string | undefined;
  /** What stands before the last `@`, up to its first colon. */
  user: string | undefined;
  password: string | undefined;
  /** Without brackets. */
  hostname: string | undefined;
  /** Empty for `host:`. */
  portText: string | undefined;
  path: string | undefined;
  query: string | undefined;
  fragment: string | undefined;
}

const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:/;
const endOfAuthority = /[/?#]|$/;
// strtol takes blanks and a sign.
const strtol = /^[\t-\r ]*[+-]?\d+$/;

/** Takes a request target apart; undefined when it is not a URI. httpd: server/protocol.c ap_parse_uri */
export function parseTarget(target: string, isConnect: boolean): Uri | undefined {
  let start = 0;
  while (target.startsWith('//', start)) start++;
  const uri = start === 0 ? target : target.slice(start);
  return isConnect ? parseHostInfo(uri) : readUri(uri);
}

/** Takes a URL apart; undefined when it is none. httpd: apr_uri_parse */
export function readUri(text: string): Uri | undefined {
  // Two slashes begin an authority, one or more than two a path.
  if (text.charCodeAt(0) === 47 && (text.charCodeAt(1) !== 47 || text.charCodeAt(2) === 47))
    return parsePath(text, emptyUri());
  const found = scheme.exec(text);
  const parts = emptyUri();
  let rest = text;
  if (found !== null) {
    parts.scheme = found[0].slice(0, -1);
    rest = text.slice(found[0].length);
  }
  if (!rest.startsWith('//')) {
    // The first segment of a relative path would be read as a scheme.
    return found === null && /^[^/]*:/.test(text) ? undefined : parsePath(rest, parts);
  }
  const end = 2 + rest.slice(2).search(endOfAuthority);
  return parseAuthority(rest.slice(2, end), parts) ? parsePath(rest.slice(end), parts) : undefined;
}

function emptyUri(): Uri {
  return {
    scheme: undefined,
    user: undefined,
    password: undefined,
    hostname: undefined,
    portText: undefined,
    path: undefined,
    query: undefined,
    fragment: undefined,
  };
}

function parsePath(rest: string, parts: Uri): Uri {
  const hash = rest.indexOf('#');
  const end = hash < 0 ? rest.length : hash;
  const mark = rest.indexOf('?');
  const pathEnd = mark >= 0 && mark < end ? mark : end;
  if (hash >= 0) parts.fragment = rest.slice(hash + 1);
  if (pathEnd > 0) parts.path = rest.slice(0, pathEnd);
  if (pathEnd < end) parts.query = rest.slice(pathEnd + 1, end);
  return parts;
}

function parseAuthority(authority: string, parts: Uri): boolean {
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  if (at >= 0) setUser(authority.slice(0, at), parts);
  const isLiteral = host.startsWith('[');
  const bracket = isLiteral ? host.indexOf(']') : -1;
  if (isLiteral && bracket < 0) return false;
  const colon = isLiteral ? (host[bracket + 1] === ':' ? bracket + 1 : -1) : host.indexOf(':');
  const end = colon < 0 ? host.length : colon;
  // Of `[::1]x` Apache makes `::1]`: it takes one byte off each end, whatever they are.
  parts.hostname = isLiteral ? host.slice(1, end - 1) : host.slice(0, end);
  if (colon < 0) return true;
  parts.portText = host.slice(colon + 1);
  return parts.portText === '' || strtol.test(parts.portText);
}

function setUser(userInfo: string, parts: Uri): void {
  const colon = userInfo.indexOf(':');
  parts.user = colon < 0 ? userInfo : userInfo.slice(0, colon);
  if (colon >= 0) parts.password = userInfo.slice(colon + 1);
}

/** The target of CONNECT. httpd: apr_uri_parse_hostinfo */
function parseHostInfo(text: string): Uri | undefined {
  const bracket = text.startsWith('[') ? text.indexOf(']') : -1;
  if (text.startsWith('[') && text[bracket + 1] !== ':') return undefined;
  const colon = bracket > 0 ? bracket + 1 : text.indexOf(':');
  if (colon < 0) return undefined;
  const portText = text.slice(colon + 1);
  if (!strtol.test(portText)) return undefined;
  const hostname = bracket > 0 ? text.slice(1, bracket) : text.slice(0, colon);
  return { ...emptyUri(), hostname, portText };
}

const largestLong = 2n ** 63n - 1n;

/** The port number strtol makes of the text, in the 16 bits Apache keeps. */
export function portNumber(portText: string): number {
  // What a double holds exactly needs no big integer: ten thousand ProxyPass lines have as many ports.
  if (/^\d{1,15}$/.test(portText)) return Number(portText) % 65_536;
  const value = BigInt(trimBlanks(portText).replace('+', '') || '0');
  const long = value > largestLong ? largestLong : value < -largestLong - 1n ? -largestLong - 1n : value;
  return Number(BigInt.asUintN(16, long));
}
