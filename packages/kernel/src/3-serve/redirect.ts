import { HeaderTable } from '@httpd-ts/http1';
import { DONE, type HookStatus, isRedirect, OK } from '../status.ts';
import { parseUri } from '../uri.ts';
import { die, dieOf } from './errors.ts';
import { afterReading, invokeHandler, processRequest } from './phases.ts';
import { RequestRecord } from './request-record.ts';

/** A request in the place of another, for a new local URI. httpd: modules/http/http_request.c internal_internal_redirect */
function redirectedRequest(uri: string, from: RequestRecord): RequestRecord | undefined {
  if (exceedsRecursion(from)) return undefined;
  const request = new RequestRecord(
    from.connection,
    from.server,
    {
      method: from.method,
      target: uri,
      protocol: from.protocol,
      protocolNumber: from.protocolNumber,
      headers: from.headersIn,
      requestLine: from.requestLine,
    },
    from.body,
  );
  setTarget(request, uri);
  request.headerOnly = from.headerOnly;
  request.assBackwards = from.assBackwards;
  request.requestTimeMs = from.requestTimeMs;
  request.startedAtMs = from.startedAtMs;
  request.hostname = from.hostname;
  request.clientAddress = from.clientAddress;
  request.clientPort = from.clientPort;
  request.main = from.main;
  request.prev = from;
  from.next = request;
  request.status = from.status;
  request.errHeadersOut = from.errHeadersOut;
  request.noCache = from.noCache;
  request.noLocalCopy = from.noLocalCopy;
  const location = isRedirect(request.status) ? from.headersOut.get('Location') : undefined;
  if (location !== undefined) request.headersOut.set('Location', location);
  // A module may want the headers that decided about the redirect to be named in the response.
  const vary = from.note('redirect-keeps-vary') === undefined ? undefined : from.headersOut.get('Vary');
  if (vary !== undefined) request.headersOut.set('Vary', vary);
  request.subprocessEnv = renamedEnvironment(from.subprocessEnv);
  request.subprocessEnv.set('REDIRECT_STATUS', String(from.status));
  for (const hook of request.server.plan.everywhere.createRequest) hook(request);
  return request;
}

/** Sets the parts of a request that come from its target. httpd: ap_parse_uri */
export function setTarget(request: RequestRecord, target: string): void {
  request.unparsedUri = target;
  const isPath = target.startsWith('/');
  if (!isPath && hasBadScheme(target)) {
    request.parsedUri = parseUri('');
    request.uri = target;
    request.args = undefined;
    return;
  }
  // Several slashes at the start are no authority.
  const path = isPath && target[1] === '/' ? target.replace(/^\/+/, '/') : target;
  // CONNECT has a host and a port for its target, which are no path.
  request.parsedUri = parseUri(isPath || request.method !== 'CONNECT' ? path : '/');
  // Without a path, OPTIONS asks about the server.
  request.uri = request.parsedUri.path ?? (request.method === 'OPTIONS' ? '*' : '/');
  request.args = request.parsedUri.query;
}

/** Whether what stands before a colon would have to be a scheme and cannot be one. httpd: apr_uri_parse */
export function hasBadScheme(target: string): boolean {
  const end = target.search(/[:/?#]/);
  return target[end] === ':' && !/^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(target);
}

/** Variables of the first request, as the one that follows sees them; of two with one name the later. httpd: rename_original_env */
function renamedEnvironment(env: HeaderTable): HeaderTable {
  const renamed = new HeaderTable();
  env.forEach((name, value) => renamed.set(`REDIRECT_${name}`, value));
  return renamed;
}

/** Whether a request has come about by too many redirects or sub-requests for another. httpd: ap_is_recursion_limit_exceeded */
export function exceedsRecursion(request: RequestRecord): boolean {
  const limit = request.server.plan.policy.recursionLimit(request);
  let redirects = 0;
  let depth = 0;
  for (let r: RequestRecord | undefined = request; r !== undefined; r = r.prev ?? r.main) {
    if (r.prev !== undefined) redirects++;
    else if (r.main !== undefined) depth++;
  }
  if (redirects < limit.redirects && depth < limit.subrequests) return false;
  request.log(
    'core',
    'error',
    redirects >= limit.redirects
      ? `AH00124: Request exceeded the limit of ${limit.redirects} internal redirects due to probable configuration error. Use 'LimitInternalRecursion' to increase the limit if necessary. Use 'LogLevel debug' to get a backtrace.`
      : `AH00125: Request exceeded the limit of ${limit.subrequests} subrequest nesting levels due to probable configuration error. Use 'LimitInternalRecursion' to increase the limit if necessary. Use 'LogLevel debug' to get a backtrace.`,
  );
  return true;
}

/**
 * Answers a request with what another local URI gives. The response is that of the new request, which becomes
 * `request.next`. httpd: ap_internal_redirect
 */
export function internalRedirect(uri: string, from: RequestRecord): Promise<HookStatus> {
  return answerBy(redirectedRequest(uri, from), from);
}

/**
 * The same from within a handler: where the new request finds no type it has that of the old one, by which no handler is
 * found. httpd: ap_internal_redirect_handler, AP_REQUEST_IS_TRUSTED_CT
 */
export function internalRedirectOfHandler(uri: string, from: RequestRecord): Promise<HookStatus> {
  return answerBy(redirectedRequest(uri, from), from, from.contentType);
}

async function answerBy(
  request: RequestRecord | undefined,
  from: RequestRecord,
  usualType?: string,
): Promise<HookStatus> {
  if (request === undefined) {
    await die(500, from);
    return DONE;
  }
  let status = await afterReading(request);
  if (status === OK) status = await processRequest(request);
  if (status === OK && usualType !== undefined && request.contentType === undefined) {
    request.contentType = usualType;
    request.handlerName ??= 'default-handler';
  }
  if (status === OK) status = await invokeHandler(request);
  const { failure, trailersFault } = request.body;
  // Whoever reads malformed trailers gives the request their status, so that no ErrorDocument is asked for.
  if (trailersFault !== undefined && status === failure) request.status = status;
  if (status !== OK && status !== DONE) await dieOf(status, request);
  return DONE;
}

/**
 * Puts what a sub-request found in the place of the request itself. httpd: ap_internal_fast_redirect
 */
export function internalFastRedirect(found: RequestRecord, request: RequestRecord): void {
  request.proxyRequest = found.proxyRequest;
  request.directory = found.directory;
  request.server = found.server;
  request.uri = found.uri;
  request.filename = found.filename;
  request.canonicalFilename = found.canonicalFilename;
  request.pathInfo = found.pathInfo;
  request.args = found.args;
  request.finfo = found.finfo;
  request.handlerName = found.handlerName;
  request.contentType = found.contentType;
  request.contentEncoding = found.contentEncoding;
  request.contentLanguages = found.contentLanguages;
  request.noCache &&= found.noCache;
  request.noLocalCopy &&= found.noLocalCopy;
  request.usedPathInfo = found.usedPathInfo;
  overlayTables(request, found);
  if (found.outputFilters !== undefined)
    for (const filter of found.outputFilters) request.addOutputFilter(filter);
}

function overlayTables(request: RequestRecord, found: RequestRecord): void {
  found.notes.forEach((name, value) => request.notes.set(name, value));
  const headersOut = found.headersOut.clone();
  request.headersOut.forEach((name, value) => headersOut.add(name, value));
  request.headersOut = headersOut;
  const errHeadersOut = found.errHeadersOut.clone();
  request.errHeadersOut.forEach((name, value) => errHeadersOut.add(name, value));
  request.errHeadersOut = errHeadersOut;
  const env = found.subprocessEnv.clone();
  env.addAll(request.subprocessEnv);
  request.subprocessEnv = env;
}
