import type { HeaderTable } from '@httpd-ts/http1';
import type { Body } from '../response.ts';
import { DONE, type HookStatus, OK } from '../status.ts';
import { directoryOf, escapeUri, mergeSlashes, removeDotSegments } from '../uri.ts';
import { answeringRequest, applyFilters } from './finish-response.ts';
import { checkPath, invokeHandler, processFileRequest, processRequest } from './phases.ts';
import { exceedsRecursion, hasBadScheme, setTarget } from './redirect.ts';
import { RequestRecord } from './request-record.ts';

/** A request of our own making below another one. httpd: server/request.c make_sub_request */
function subrequest(from: RequestRecord, method: string): RequestRecord {
  const request = new RequestRecord(from.connection, from.server, {
    method,
    target: '/',
    protocol: 'INCLUDED',
    protocolNumber: from.protocolNumber,
    headers: withoutBodyHeaders(from.headersIn),
    requestLine: from.requestLine,
  });
  request.main = from;
  request.requestTimeMs = from.requestTimeMs;
  request.startedAtMs = from.startedAtMs;
  request.hostname = from.hostname;
  request.clientAddress = from.clientAddress;
  request.clientPort = from.clientPort;
  request.subprocessEnv = from.subprocessEnv.clone();
  for (const hook of from.server.plan.everywhere.createRequest) hook(request);
  return request;
}

/** A sub-request has a copy of the headers, and no body and no conditions on one. httpd: server/protocol.c ap_set_sub_req_protocol, strip_headers_request_body */
function withoutBodyHeaders(headers: HeaderTable): HeaderTable {
  const kept = headers.clone();
  if (!headers.has('Content-Length') && !headers.has('Transfer-Encoding')) return kept;
  for (const name of [
    'Content-Encoding',
    'Content-Language',
    'Content-Length',
    'Content-Location',
    'Content-MD5',
    'Content-Range',
    'Content-Type',
    'Expires',
    'Last-Modified',
    'Transfer-Encoding',
  ]) {
    kept.unset(name);
  }
  return kept;
}

/**
 * Finds out what a local URI would give: all phases up to the handler. `status` of the result is 200 when the
 * handler may run. httpd: ap_sub_req_lookup_uri, ap_sub_req_method_uri
 */
export async function lookupUri(uri: string, from: RequestRecord, method = 'GET'): Promise<RequestRecord> {
  const request = subrequest(from, method);
  const directory = escapeUri(directoryOf(from.uri));
  setTarget(request, uri.startsWith('/') ? uri : `${directory === '' ? '/' : directory}${uri}`);
  if (tooDeep(from)) {
    request.status = 500;
    return request;
  }
  const status = await processRequest(request);
  if (status !== OK) request.status = status;
  return request;
}

/**
 * The same for a file, given by its absolute path or relative to the request's directory.
 * A name from outside is looked at as the URI it would be, as httpd does. httpd: ap_sub_req_lookup_file
 */
export async function lookupFile(
  path: string,
  from: RequestRecord,
  name: 'plain' | 'parsed' = 'plain',
): Promise<RequestRecord> {
  const request = subrequest(from, 'GET');
  const directory = directoryOf(from.filename ?? '/');
  const tooFar = tooDeep(from);
  const merged = mergedPath(path.startsWith('/') ? '/' : directory, path);
  request.filename =
    tooFar || merged.startsWith('/') ? merged : removeDotSegments(mergeSlashes(`/${merged}`));
  const inside = request.filename.startsWith(directory) ? request.filename.slice(directory.length) : '';
  // Only an entry of the same directory is known to have a URI.
  const entry = name === 'plain' ? inside.replace(/\/$/, '') : inside;
  const hasUri = from.uri !== '' && entry !== '' && !entry.includes('/');
  const uri = name === 'plain' ? withoutPathInfo(from) : from.uri;
  request.uri = hasUri ? directoryOf(uri) + inside : '';
  request.unparsedUri = request.uri;
  if (name === 'parsed') {
    setTarget(request, hasUri ? request.uri : path);
    if (!hasUri && hasBadScheme(path)) request.status = 400;
    if (!hasUri) request.hostname = hostOf(request) ?? request.hostname;
  }
  const checked = tooFar ? 500 : name === 'parsed' ? checkPath(request) : OK;
  if (!hasUri) request.uri = '';
  const status = checked === OK ? await processFileRequest(request) : checked;
  if (status !== OK) request.status = status;
  return request;
}

/** Look-ups inside of look-ups that one request may make; a few that call each other would have no end. */
const mostNested = 1000;
const nested = { name: 'look-ups inside of look-ups' };

/** Whether a request may not look further: by httpd's limits, and by one of our own for look-ups that call each other. */
function tooDeep(from: RequestRecord): boolean {
  if (exceedsRecursion(from)) return true;
  let depth = 1;
  let first = from;
  for (let r: RequestRecord | undefined = from; r !== undefined; r = r.prev ?? r.main) {
    if (r.main !== undefined) depth++;
    first = r;
  }
  if (depth < 3) return false;
  const count = first.setState(nested, (first.state<number>(nested) ?? 0) + 1);
  if (count === mostNested)
    first.log('core', 'error', `Request exceeded the limit of ${mostNested} look-ups inside of look-ups`);
  return count >= mostNested;
}

/**
 * Adds a path to a directory, which ends with a slash and stays as it is unless the path leads out of it.
 * httpd: apr_filepath_merge
 */
function mergedPath(directory: string, path: string): string {
  const segments = path.split('/');
  let merged = directory;
  for (const [i, segment] of segments.entries()) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') merged = merged.slice(0, merged.lastIndexOf('/', merged.length - 2) + 1) || '/';
    else merged += i === segments.length - 1 ? segment : `${segment}/`;
  }
  return merged;
}

/** The URL path of the file itself, as entries of its directory are looked up beside it. httpd: server/request.c ap_sub_req_lookup_dirent */
function withoutPathInfo({ uri, pathInfo }: RequestRecord): string {
  return pathInfo !== '' && uri.endsWith(pathInfo) ? uri.slice(0, -pathInfo.length) : uri;
}

/** The host that a full URL of the connection's own scheme names. httpd: ap_parse_uri */
function hostOf({ parsedUri: { scheme, host }, server, connection }: RequestRecord): string | undefined {
  return scheme === (server.scheme ?? (connection.isTls ? 'https' : 'http')) ? host : undefined;
}

/** Runs the handler of a sub-request and gives its body, with its filters applied. httpd: ap_run_sub_req */
export async function runSubrequest(
  request: RequestRecord,
): Promise<{ status: HookStatus; body: Body | undefined }> {
  const status = await invokeHandler(request);
  if (status !== OK && status !== DONE) return { status, body: undefined };
  // It may have been answered by another, to which it was redirected.
  return { status: OK, body: await applyFilters(answeringRequest(request)) };
}
