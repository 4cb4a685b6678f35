/** The parts of a request target, as apr_uri_parse leaves them; nothing is decoded. */
export type TargetParts = {
  /** Lower or upper case as sent; undefined for a path. */
  scheme: string | undefined;
  /** Whether there is a user name or password. */
  hasUserInfo: boolean;
  hostname: string | undefined;
  /** Empty for `host:`. */
  portText: string | undefined;
  path: string | undefined;
  query: string | undefined;
  hasFragment: boolean;
};

const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:/;
const endOfAuthority = /[/?#]|$/;
// strtol takes blanks and a sign.
const strtol = /^[\t-\r ]*[+-]?\d+$/;

/** Takes a request target apart; undefined when it is not a URI. httpd: server/protocol.c ap_parse_uri */
export function parseTarget(target: string, isConnect: boolean): TargetParts | undefined {
  let start = 0;
  while (target.startsWith('//', start)) start++;
  const uri = start === 0 ? target : target.slice(start);
  if (isConnect) return parseHostInfo(uri);
  if (uri.charCodeAt(0) === 47) return parsePath(uri, emptyParts());
  const found = scheme.exec(uri);
  if (found === null) {
    const segment = uri.slice(0, uri.search(endOfAuthority));
    return segment.includes(':') ? undefined : parsePath(uri, emptyParts());
  }
  const parts = { ...emptyParts(), scheme: found[0].slice(0, -1) };
  const rest = uri.slice(found[0].length);
  if (!rest.startsWith('//')) return parsePath(rest, parts);
  const end = 2 + rest.slice(2).search(endOfAuthority);
  return parseAuthority(rest.slice(2, end), parts) ? parsePath(rest.slice(end), parts) : undefined;
}

function emptyParts(): TargetParts {
  return {
    scheme: undefined,
    hasUserInfo: false,
    hostname: undefined,
    portText: undefined,
    path: undefined,
    query: undefined,
    hasFragment: false,
  };
}

function parsePath(rest: string, parts: TargetParts): TargetParts {
  const fragment = rest.indexOf('#');
  const end = fragment < 0 ? rest.length : fragment;
  const mark = rest.indexOf('?');
  const pathEnd = mark >= 0 && mark < end ? mark : end;
  parts.hasFragment = fragment >= 0;
  if (pathEnd > 0) parts.path = rest.slice(0, pathEnd);
  if (pathEnd < end) parts.query = rest.slice(pathEnd + 1, end);
  return parts;
}

function parseAuthority(authority: string, parts: TargetParts): boolean {
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  parts.hasUserInfo = at >= 0;
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

/** The target of CONNECT. httpd: apr_uri_parse_hostinfo */
function parseHostInfo(text: string): TargetParts | undefined {
  const bracket = text.startsWith('[') ? text.indexOf(']') : -1;
  if (text.startsWith('[') && text[bracket + 1] !== ':') return undefined;
  const colon = bracket > 0 ? bracket + 1 : text.indexOf(':');
  if (colon < 0) return undefined;
  const portText = text.slice(colon + 1);
  if (!strtol.test(portText)) return undefined;
  const hostname = bracket > 0 ? text.slice(1, bracket) : text.slice(0, colon);
  return { ...emptyParts(), hostname, portText };
}

/** The port number strtol makes of the text, in the 16 bits Apache keeps. */
export function portNumber(portText: string): number {
  const value = BigInt(portText.trim().replace('+', '') || '0');
  return Number(BigInt.asUintN(16, value));
}
