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
 * Escapes what must be escaped in a decoded path. With `keepEncodedSlashes`, a `%2f` in it stays as it is.
 */
export function canonicalPath(path: string, keepEncodedSlashes: boolean): string {
  if (clean.test(path)) return path;
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

/** Splits and checks an authority; a text is the complaint. httpd: ap_proxy_canon_netloc */
export function canonicalHost(
  authority: string,
): { readonly hostname: string; readonly port: number } | string {
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(host);
  if (match === null) return 'Invalid host/port';
  const port = match[3] === undefined ? 0 : Number(match[3]);
  if (match[3] !== undefined && (port < 1 || port > 65_535)) return 'Invalid host/port';
  return { hostname: (match[1] ?? match[2]!).toLowerCase(), port };
}

/** Whether a control character or blank is in the text, which must not go out. httpd: ap_scan_vchar_obstext */
export function hasControlOrSpace(text: string): boolean {
  return /[\0-\x20\x7f]/.test(text);
}
