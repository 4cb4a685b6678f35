import { bodyWithoutLength, discardBody, type RequestBody, writtenBody } from '../response.ts';
import { type HookStatus, isRedirect } from '../status.ts';
import { isUrl } from '../uri.ts';
import { internalRedirect } from './redirect.ts';
import type { RequestRecord } from './request-record.ts';

/** Statuses after which the connection is not kept. httpd: include/httpd.h ap_status_drops_connection */
export function dropsConnection(status: number): boolean {
  return (
    status === 400 ||
    status === 408 ||
    status === 411 ||
    status === 413 ||
    status === 414 ||
    status === 500 ||
    status === 503 ||
    status === 501
  );
}

/** Statuses whose response has no body. httpd: AP_STATUS_IS_HEADER_ONLY */
export function isHeaderOnlyStatus(status: number): boolean {
  return status === 204 || status === 304;
}

/** State of a request that failed on behalf of an earlier one, which answers. */
export const answeredBy = { name: 'request that answers' };

/**
 * Ends a request with an error status: by the ErrorDocument of the status, else by the canned page.
 * httpd: modules/http/http_request.c ap_die_r
 */
export async function die(status: HookStatus, request: RequestRecord): Promise<void> {
  const recursive = request.status !== 200 ? request.status : 0;
  const { policy } = request.server.plan;
  let failed = request;
  let recursiveError = 0;
  let custom: string | undefined;
  if (status < 100 || status > 999) {
    request.log('core', 'error', `AH01579: Invalid response status ${status}`);
    status = 500;
  }
  if (recursive !== 0) {
    while (failed.prev !== undefined && failed.prev.status !== 200) failed = failed.prev;
    if (failed !== request) request.setState(answeredBy, failed);
    // httpd names the status it set out from, not the one the ErrorDocument ended with.
    recursiveError = recursive;
  } else {
    custom = policy.customResponse(request, status);
  }
  request.status = status === 401 && request.proxyRequest === 'proxy' ? 407 : status;
  if (dropsConnection(request.status)) request.connection.keepalive = 'close';
  discardBody(request.output);
  request.output = undefined;
  if (custom !== undefined && !custom.startsWith('"')) {
    if (isUrl(custom)) {
      request.status = 302;
      request.statusLine = undefined;
      request.headersOut.set('Location', custom);
    } else if (custom.startsWith('/')) {
      request.noLocalCopy = true;
      request.subprocessEnv.set('REQUEST_METHOD', request.method);
      const notes = request.note('error-notes');
      if (notes !== undefined) request.subprocessEnv.set('ERROR_NOTES', notes);
      // It stays so: what is sent when the document fails as well is an answer to GET.
      request.method = 'GET';
      await internalRedirect(custom, request);
      return;
    } else {
      request.log('core', 'error', `AH01580: Invalid error redirection directive: ${custom}`);
      recursiveError = 500;
    }
  }
  sendErrorResponse(failed, recursiveError);
}

/**
 * Ends a request with an error found while its body or response was under way: the page then comes without a length.
 * httpd: modules/http/http_filters.c ap_http_header_filter, error buckets
 */
export async function dieWithoutLength(status: HookStatus, request: RequestRecord): Promise<void> {
  await die(status, request);
  const answering = request.state<RequestRecord>(answeredBy) ?? request;
  if (answering.output?.kind === 'text') answering.output = bodyWithoutLength(answering.output.text);
}

/** Ends a request with what a step of it gave, which may be the fault of its body. */
export function dieOf(status: HookStatus, request: RequestRecord): Promise<void> {
  const { body } = request;
  if (status !== body.failure) return die(status, request);
  noteTrailersFault(request);
  return isToldAfterwards(body) ? die(status, request) : dieLate(status, request);
}

/**
 * httpd answers a body that ended too early or came too slowly, one with malformed trailers, and one that a filter
 * refused, once it knows; other faults of a body while it is read.
 */
const isToldAfterwards = ({ failure, isCutOff, trailersFault, failedInFilter }: RequestBody) =>
  failure === 408 || isCutOff === true || trailersFault !== undefined || failedInFilter === true;

/** As when a head had been made already: the headers for every answer went into that one. */
export function dieLate(status: HookStatus, request: RequestRecord): Promise<void> {
  request.errHeadersOut.clear();
  return dieWithoutLength(status, request);
}

/** httpd: server/protocol.c ap_get_mime_headers_core */
export function noteTrailersFault({ body, notes }: RequestRecord): void {
  const note = body.trailersFault?.note;
  if (note !== undefined) notes.set('error-notes', note);
}

/** The canned (or ErrorDocument text) response for `request.status`. httpd: modules/http/http_protocol.c ap_send_error_response */
export function sendErrorResponse(request: RequestRecord, recursiveError: number): void {
  const { policy } = request.server.plan;
  const { status } = request;
  request.outputFilters = undefined;
  const { insertErrorFilter } = request.directory.plan ?? request.server.plan.everywhere;
  for (const hook of insertErrorFilter) hook(request);
  if (isHeaderOnlyStatus(status)) return;
  const location = request.headersOut.get('Location') ?? request.errHeadersOut.get('Location');
  const headers = request.headersOut;
  request.headersOut = request.errHeadersOut;
  request.errHeadersOut = headers;
  headers.clear();
  if ((isRedirect(status) || status === 201) && location) request.headersOut.set('Location', location);
  request.contentLanguages = undefined;
  request.contentEncoding = undefined;
  if (!request.assBackwards) {
    request.contentType =
      request.env('suppress-error-charset') === undefined ? 'text/html; charset=iso-8859-1' : 'text/html';
  }
  if (status === 405 || status === 501) request.headersOut.set('Allow', policy.allow(request));
  if (request.headerOnly) return;
  const custom = policy.customResponse(request, status);
  request.output = custom?.startsWith('"')
    ? writtenBody([custom.slice(1)])
    : policy.errorPage(request, recursiveError);
}
