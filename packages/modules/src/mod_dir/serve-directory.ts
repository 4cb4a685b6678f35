import {
  DECLINED,
  escapeUri,
  type HookResult,
  type HookStatus,
  internalFastRedirect,
  isRedirect,
  lookupUri,
  OK,
  type RequestRecord,
} from '@httpd-ts/kernel';
import { constructUrl } from '../core/contract.ts';
import { dirConfig } from './config.ts';

const directoryType = 'httpd/unix-directory';
const usualIndexes: readonly string[] = ['index.html'];

/** Index files and final slashes of directories, and a stand-in for what is not there. httpd: modules/mappers/mod_dir.c dir_fixups */
export function serveDirectory(request: RequestRecord): HookResult {
  const type = request.finfo?.type;
  if (type === 'directory') return serveIndex(request);
  return type === undefined && request.handlerName === undefined ? serveFallback(request) : DECLINED;
}

/** httpd: modules/mappers/mod_dir.c fixup_dir */
function serveIndex(request: RequestRecord): HookResult {
  // A handler that was set, even the one of directories, is left to itself where there is no index.
  const hasFallback = request.handlerName === undefined;
  request.handlerName ??= directoryType;
  if (request.pathInfo !== '') return DECLINED;
  const config = dirConfig.of(request);
  if (!request.uri.endsWith('/')) return config.slash === false ? DECLINED : redirectToSlash(request);
  const isTaken = config.checkHandler === true && request.handlerName !== directoryType;
  if (isTaken || request.handlerName === 'redirect-handler') {
    if (request.contentType === directoryType) request.contentType = undefined;
    return DECLINED;
  }
  const indexes = config.indexes ?? usualIndexes;
  if (indexes.length > 0) return tryIndexes(request, indexes, hasFallback);
  // Where no names are tried, httpd does not come to the stand-in either.
  request.notes.set('dir-index-names', '');
  return DECLINED;
}

function redirectToSlash(request: RequestRecord): HookStatus {
  const isGet = request.method === 'GET' || request.method === 'HEAD';
  if (!isGet && request.env('redirect-carefully') !== undefined) return DECLINED;
  const query = request.args === undefined ? '' : `?${request.args}`;
  request.headersOut.set('Location', constructUrl(`${escapeUri(request.uri)}/${query}`, request));
  return 301;
}

/** Says which names were tried, for listings, and leaves the rest to FallbackResource. */
function withoutIndex(request: RequestRecord, indexes: readonly string[], hasFallback: boolean): HookResult {
  request.notes.set('dir-index-names', indexes.join(','));
  return hasFallback ? serveFallback(request) : DECLINED;
}

const withArguments = (name: string, request: RequestRecord) =>
  request.args === undefined ? name : `${name}?${request.args}`;

const canServe = (found: RequestRecord) =>
  found.status === 200 && (found.handlerName === 'proxy-server' || found.finfo?.type === 'file');

/** The first name that leads to a file is served; the last error other than 404 wins over a listing. */
async function tryIndexes(
  request: RequestRecord,
  indexes: readonly string[],
  hasFallback: boolean,
): Promise<HookStatus> {
  let error = 0;
  for (const [i, name] of indexes.entries()) {
    const found = await lookupUri(withArguments(name, request), request);
    if (canServe(found)) return serveFound(request, found, dirConfig.of(request).indexRedirect ?? 0);
    const { status } = found;
    const isLast = i === indexes.length - 1;
    if (isRedirect(status) || (isLast && (status === 406 || status === 401))) {
      takeOver(request, found);
      return status;
    }
    if (status !== 404 && status !== 200) error = status;
  }
  return error === 0 ? withoutIndex(request, indexes, hasFallback) : error;
}

function serveFound(request: RequestRecord, found: RequestRecord, redirect: number): HookStatus {
  if (isRedirect(redirect)) {
    request.headersOut.set('Location', constructUrl(found.uri, request));
    return redirect;
  }
  internalFastRedirect(found, request);
  return OK;
}

/** httpd: modules/mappers/mod_dir.c fixup_dflt */
function serveFallback(request: RequestRecord): HookResult {
  const { fallback } = dirConfig.of(request);
  if (fallback === undefined || fallback.toLowerCase() === 'disabled') return DECLINED;
  return tryFallback(request, fallback);
}

async function tryFallback(request: RequestRecord, fallback: string): Promise<HookStatus> {
  const found = await lookupUri(withArguments(fallback, request), request);
  if (canServe(found)) return serveFound(request, found, 0);
  const { status } = found;
  if (isRedirect(status)) {
    takeOver(request, found);
    return status;
  }
  return status !== 404 && status !== 200 ? status : DECLINED;
}

/** Takes over what a look-up says to the client: its redirection or challenge. */
function takeOver(request: RequestRecord, found: RequestRecord): void {
  request.notes = over(request.notes, found.notes);
  request.headersOut = over(request.headersOut, found.headersOut);
  request.errHeadersOut = over(request.errHeadersOut, found.errHeadersOut);
}

type Table = RequestRecord['headersOut'];

/** Both tables, the second one's entries in front. httpd: apr_table_overlay */
function over(base: Table, overlay: Table): Table {
  const result = overlay.clone();
  result.addAll(base);
  return result;
}
