import { escapeHtml, escapePath, escapeUri, type RequestRecord } from '@httpd-ts/kernel';
import { constructUrl, signature } from '../core/contract.ts';
import { decodeEscapes, hasWildcards } from './ftp-text.ts';

/** httpd: include/httpd.h DOCTYPE_HTML_4_01 */
const doctype =
  '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">\n';

/** What stands above the files of a directory. httpd: modules/proxy/mod_proxy_ftp.c proxy_send_dir_filter */
export function listingHead(
  request: RequestRecord,
  workingDirectory: string | undefined,
  readme: string,
): string {
  const site = siteOf(request);
  const { path, wildcard, base } = placeOf(request);
  const rootLink = base === '' ? '' : '<a href="/%2f/">%2f</a>/';
  const shown = escapeHtml(path);
  let page =
    `${doctype}<html>\n <head>\n  <title>${escapeHtml(site)}${base}${shown}</title>\n` +
    `<base href="${escapeUri(site)}${base}${shown}">\n </head>\n <body>\n  <h2>Directory of ` +
    `<a href="/">${escapeUri(site)}</a>/${rootLink}`;
  for (let end = path.indexOf('/', 1); end >= 0; end = path.indexOf('/', end)) {
    const part = path.slice(0, end);
    const name = part.slice(part.lastIndexOf('/') + 1);
    page += `<a href="${base}${escapeUri(part)}/">${escapeHtml(name)}</a>/`;
    while (path[end] === '/') end++;
  }
  page += escapeHtml(wildcard);
  const isElsewhere = workingDirectory !== undefined && !path.startsWith(workingDirectory);
  page += `</h2>\n\n${isElsewhere ? `(${escapeHtml(workingDirectory)})\n\n` : ''}  <hr />\n\n<pre>`;
  return `${page}${escapeHtml(readme)}\n</pre>\n\n<hr />\n\n<pre>\n`;
}

export function listingEnd(request: RequestRecord): string {
  return `</pre>\n\n  <hr />\n\n  ${signature(request, '')}\n\n </body>\n</html>\n`;
}

function siteOf(request: RequestRecord): string {
  if (request.proxyRequest === 'reverse') return constructUrl('', request);
  const { scheme, user, host, port } = request.parsedUri;
  const name = user === undefined ? '' : `${user.split(':')[0]}@`;
  return `${scheme}://${name}${host}${port === undefined || port === 21 ? '' : `:${port}`}`;
}

/** The path that was asked for, decoded, with one slash at its end, and a wildcard split off. */
function placeOf(request: RequestRecord): { path: string; wildcard: string; base: string } {
  let path = request.parsedUri.path ?? '/';
  const base = /^\/%2f/i.test(path) ? '/%2f' : '';
  path = decodeEscapes(path.split(';type=')[0]!).replace(/^\/+/, '/');
  const slash = path.lastIndexOf('/');
  let wildcard = '';
  if (slash >= 0 && hasWildcards(path.slice(slash))) {
    wildcard = path.slice(slash + 1);
    path = path.slice(0, slash);
  }
  return { path: `${path}/`.replace(/\/+$/, '/'), wildcard, base };
}

const link = (before: string, name: string, end: string) =>
  `${escapeHtml(before)} <a href="${escapeHtml(escapePath(name, false))}${end}">${escapeHtml(name)}</a>\n`;

/** One line of a server's list as it is shown. */
export function listingLine(line: string): string {
  const arrow = line.startsWith('l') ? line.indexOf(' -> ') : -1;
  if (arrow >= 0) {
    const start = line.lastIndexOf(' ', arrow - 1);
    const name = line.slice(start + 1, arrow);
    const href = escapeHtml(escapePath(name, false));
    return `${escapeHtml(line.slice(0, start))} <a href="${href}">${escapeHtml(name)} ${escapeHtml(line.slice(arrow + 1))}</a>\n`;
  }
  if (/^[dl0-9-]/.test(line)) {
    const entry = /^\d/.test(line) ? line.replace('<', '[').replace('>', ']') : line;
    const space = entry.lastIndexOf(' ');
    if (space < 0) return '';
    const name = entry.slice(space + 1);
    const isDirectory = name === '.' || name === '..' || entry.startsWith('d');
    return link(entry.slice(0, space), name, isDirectory ? '/' : '');
  }
  const sized = /^( *\d+ +)([^ ]+)$/.exec(line);
  if (sized === null) return escapeHtml(`${line}\n`);
  const [, size = '', name = ''] = sized;
  return `${escapeHtml(size)}<a href="${escapeHtml(escapePath(name, false))}">${escapeHtml(name)}</a>\n`;
}
