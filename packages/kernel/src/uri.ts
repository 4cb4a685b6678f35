import { portNumber, readUri, type Uri } from '@httpd-ts/http1';
import type { ParsedUri } from './3-serve/request-record.ts';
import { entryOf } from './entry-of.ts';

const isHex = (code: number) =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102);

/** Whether a text begins with a scheme; nothing is asked of what comes behind its colon. httpd: ap_is_url */
export const isUrl = (text: string): boolean => /^[A-Za-z0-9+.-]+:/.test(text);

/** What unescaping came to; with a status, httpd answers that, and logs the text as far as it got. */
export interface Unescaped {
  readonly text: string;
  readonly status: 400 | 404 | undefined;
}

/**
 * Decodes `%XX`. A bad escape gives 400, an escaped NUL 404, an escaped slash 404 unless `encodedSlashes` says
 * to keep it as it is or to decode it.
 * httpd: server/util.c unescape_url
 */
export function unescapeUrl(
  text: string,
  encodedSlashes: 'refuse' | 'keep' | 'decode' = 'refuse',
): Unescaped {
  if (!text.includes('%')) return { text, status: undefined };
  let result = '';
  let bad = false;
  let forbidden = false;
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== '%') {
      result += text[i];
      continue;
    }
    if (!isHex(text.charCodeAt(i + 1)) || !isHex(text.charCodeAt(i + 2))) {
      bad = true;
      result += '%';
      continue;
    }
    const code = Number.parseInt(text.slice(i + 1, i + 3), 16);
    if (code === 47 && encodedSlashes === 'keep') result += text.slice(i, i + 3);
    else {
      if (code === 0 || (code === 47 && encodedSlashes === 'refuse')) forbidden = true;
      result += String.fromCharCode(code);
    }
    i += 2;
  }
  return { text: result, status: bad ? 400 : forbidden ? 404 : undefined };
}

/**
 * Removes `.` and `..` segments and, if asked, repeated slashes; undefined when the path leads above the root.
 * httpd: server/util.c ap_normalize_path
 */
export function normalizePath(path: string, mergeSlashes: boolean): string | undefined {
  if (!path.includes('/.') && !(mergeSlashes && path.includes('//'))) return path;
  const kept: string[] = [];
  const segments = path.split('/');
  const last = segments.length - 1;
  for (const [i, segment] of segments.entries()) {
    if (i === 0) continue;
    if (segment === '.') {
      if (i === last) kept.push('');
    } else if (segment === '..') {
      if (kept.length === 0) return undefined;
      kept.pop();
      if (i === last) kept.push('');
    } else if (segment !== '' || i === last || !mergeSlashes) kept.push(segment);
  }
  return `/${kept.join('/')}`;
}

/** Drops `.` and `..` segments without complaint, as it is done to paths that came from configuration or rules. */
export function removeDotSegments(path: string): string {
  const kept: string[] = [];
  const segments = path.split('/');
  const absolute = path.startsWith('/');
  for (const [i, segment] of segments.entries()) {
    if (segment === '.') {
      if (i === segments.length - 1) kept.push('');
    } else if (segment === '..') {
      if (kept.length > (absolute ? 1 : 0)) kept.pop();
      if (i === segments.length - 1) kept.push('');
    } else kept.push(segment);
  }
  return absolute && kept[0] !== '' ? `/${kept.join('/')}` : kept.join('/');
}

/** The directory that a path lies in, with its slash; of a path that ends in one, that path. */
export function directoryOf(path: string): string {
  let end = path.length;
  while (end > 0 && path.charCodeAt(end - 1) !== 47) end--;
  return path.slice(0, end);
}

/** What APR joins to one path, without the four bytes it keeps for itself. httpd: APR_PATH_MAX, apr_filepath_merge */
export const longestPath = 4092;

/** An absolute path of the file system without `.`, `..` and empty segments; above the root is the root. httpd: apr_filepath_merge */
export function canonicalPath(path: string): string {
  const kept: string[] = [];
  const segments = path.split('/');
  for (const segment of segments) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  if (kept.length === 0) return '/';
  return `/${kept.join('/')}${['', '.', '..'].includes(segments.at(-1)!) ? '/' : ''}`;
}

/** Makes one slash of several. httpd: ap_no2slash */
export function mergeSlashes(path: string): string {
  return path.includes('//') ? path.replace(/\/{2,}/g, '/') : path;
}

function escapeTable(keep: string): readonly string[] {
  const kept = new Set([...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', ...keep]);
  return Array.from({ length: 256 }, (_, code) => {
    const char = String.fromCharCode(code);
    return kept.has(char) ? char : `%${code.toString(16).padStart(2, '0')}`;
  });
}

// httpd: server/gen_test_char.c T_ESCAPE_PATH_SEGMENT, T_OS_ESCAPE_PATH
const segmentTable = escapeTable("$-_.+!*'(),:@&=~");
const pathTable = escapeTable("$-_.+!*'(),:;@&=/~");

function escapeWith(table: readonly string[], text: string): string {
  let i = 0;
  while (i < text.length && table[text.charCodeAt(i)]!.length === 1) i++;
  if (i === text.length) return text;
  let result = text.slice(0, i);
  for (; i < text.length; i++) result += table[text.charCodeAt(i)];
  return result;
}

/** Escapes one path segment. httpd: ap_escape_path_segment */
export function escapePathSegment(text: string): string {
  return escapeWith(segmentTable, text);
}

/**
 * Escapes a path for a URL; unless `partial`, a first segment with a colon is made safe by `./`.
 * httpd: ap_os_escape_path
 */
export function escapePath(path: string, partial = true): string {
  const escaped = escapeWith(pathTable, path);
  if (partial) return escaped;
  const colon = path.indexOf(':');
  const slash = path.indexOf('/');
  return colon >= 0 && (slash < 0 || colon < slash) ? `./${escaped}` : escaped;
}

/** Escapes a path for a `Location` or an `href`. httpd: ap_escape_uri */
export function escapeUri(path: string): string {
  return escapePath(path, true);
}

const htmlEntities: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
};

/** Escapes text for HTML. httpd: ap_escape_html */
export function escapeHtml(text: string): string {
  return /[<>&"]/.test(text) ? text.replace(/[<>&"]/g, (char) => entryOf(htmlEntities, char)!) : text;
}

/** httpd: apr-util uri/apr_uri.c schemes */
const portsOfSchemes: Readonly<Record<string, number>> = {
  ...{ ftp: 21, ssh: 22, telnet: 23, gopher: 70, http: 80, pop: 110, nntp: 119, imap: 143, prospero: 191 },
  ...{ wais: 210, ldap: 389, https: 443, rtsp: 554, snews: 563, acap: 674, nfs: 2049, tip: 3372, sip: 5060 },
};

/** The port that a URL of this scheme has when it names none. httpd: apr_uri_port_of_scheme */
export const uriPortOfScheme = (scheme: string): number | undefined =>
  entryOf(portsOfSchemes, scheme.toLowerCase());

/** What a target that is no URI is taken for: all of it a path. */
const noParts: Uri = { ...readUri('/')!, path: undefined };

/**
 * Splits a request target or URL into its parts, still escaped. httpd: apr_uri_parse
 */
export function parseUri(target: string): ParsedUri {
  const uri = readUri(target) ?? { ...noParts, path: target };
  return {
    scheme: uri.scheme?.toLowerCase(),
    user: uri.user,
    password: uri.password,
    host: uri.hostname,
    port: portOf(uri.scheme, uri.portText),
    path: uri.path,
    query: uri.query,
  };
}

function portOf(scheme: string | undefined, portText: string | undefined): number | undefined {
  if (portText === undefined) return undefined;
  if (portText !== '') return portNumber(portText);
  return scheme === undefined ? undefined : uriPortOfScheme(scheme);
}
