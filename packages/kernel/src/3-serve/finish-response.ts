import { areFit, checkResponseHeaders, HeaderTable, hasToken, trimBlanks } from '@httpd-ts/http1';
import type { OutputFilter } from '../declare/filters.ts';
import { formatHttpDate } from '../http-date.ts';
import { type Body, BrokenBody, bodyLength, discardBody } from '../response.ts';
import { isError, statusLine } from '../status.ts';
import { answeredBy, dieWithoutLength, dropsConnection, isHeaderOnlyStatus } from './errors.ts';
import type { RequestRecord } from './request-record.ts';

/** What a response is made of. */
interface ResponseParts {
  readonly request: RequestRecord;
  readonly answering: RequestRecord;
  readonly statusLine: string;
  readonly first: DateAndServer;
  readonly fields: HeaderTable;
  readonly body: Body | undefined;
  readonly isChunked: boolean;
  readonly keepAlive: boolean;
}

/** A response ready for a protocol to frame. The same for every protocol, for sub-requests and for tests. */
export class Response {
  /** The request that came in; the log reads it. */
  readonly request: RequestRecord;
  /** The request that answered, at the end of a chain of internal redirects. */
  readonly answering: RequestRecord;
  /** `200 OK`. */
  readonly statusLine: string;
  /** All headers as lines, each with its line end, in the order httpd sends them: `Date` and `Server` first. */
  readonly headerLines: string;
  /** What to send; undefined for HEAD and for statuses without a body. */
  readonly body: Body | undefined;
  /** The body goes out in chunks, its length being unknown (HTTP/1.1). */
  readonly isChunked: boolean;
  /** The connection stays open for another request. */
  keepAlive: boolean;
  private readonly first: DateAndServer;
  private readonly fields: HeaderTable;

  constructor(parts: ResponseParts) {
    this.request = parts.request;
    this.answering = parts.answering;
    this.statusLine = parts.statusLine;
    this.headerLines = linesOf(parts.first, parts.fields);
    this.body = parts.body;
    this.isChunked = parts.isChunked;
    this.keepAlive = parts.keepAlive;
    this.first = parts.first;
    this.fields = parts.fields;
  }

  /** The headers of `headerLines` as a table. */
  get headers(): HeaderTable {
    const { date, server } = this.first;
    const headers = HeaderTable.of([['Date', date]]);
    if (server !== '') headers.add('Server', server);
    headers.addAll(this.fields);
    return headers;
  }
}

/** Lets the request's output filters at the body, lowest rank first. */
export function applyFilters(request: RequestRecord): Body | undefined | Promise<Body | undefined> {
  const filters = request.outputFilters;
  if (filters === undefined) return request.output;
  let body = request.output;
  for (let i = 0; i < filters.length; i++) {
    // A filter that ended in an error page has taken the filters away.
    if (request.outputFilters !== filters) break;
    const next = filters[i]!.apply(request, body);
    if (next instanceof Promise) return filtersAfter(next, request, filters, i + 1);
    body = next;
  }
  return body;
}

async function filtersAfter(
  pending: Promise<Body | undefined>,
  request: RequestRecord,
  filters: readonly OutputFilter[],
  from: number,
): Promise<Body | undefined> {
  let body = await pending;
  for (let i = from; i < filters.length; i++) {
    if (request.outputFilters !== filters) break;
    body = await filters[i]!.apply(request, body);
  }
  return body;
}

/** The last request of a chain of internal redirects: the one that logs tell about. */
export function lastRequest(request: RequestRecord): RequestRecord {
  let last = request;
  while (last.next !== undefined) last = last.next;
  return last;
}

/** The request whose response goes out: the last of the chain, or the one whose error page that could not replace. */
export function answeringRequest(request: RequestRecord): RequestRecord {
  const last = lastRequest(request);
  return last.state<RequestRecord>(answeredBy) ?? last;
}

/** Makes the response of a request whose handler has run: filters, length, head. */
export function finishResponse(request: RequestRecord): Response | Promise<Response> {
  const answering = answeringRequest(request);
  const body = applyFilters(answering);
  if (body instanceof Promise)
    return body.then(
      (filtered) => afterFilters(request, answering, filtered),
      (error: unknown) => answerBroken(request, answering, error),
    );
  return makeHead(request, answering, body);
}

/** A back end broke off its answer before a filter had passed any of it on, so there is still time to say so. */
async function answerBroken(
  request: RequestRecord,
  answering: RequestRecord,
  error: unknown,
): Promise<Response> {
  if (!(error instanceof BrokenBody)) throw error;
  answering.output = undefined;
  answering.outputFilters = undefined;
  answering.statusLine = undefined;
  answering.status = 200;
  answering.noCache = true;
  await dieWithoutLength(502, answering);
  return finishResponse(request);
}

/** A filter that waited may have ended in an ErrorDocument, which answers from then on. */
function afterFilters(
  request: RequestRecord,
  answering: RequestRecord,
  body: Body | undefined,
): Response | Promise<Response> {
  return answering.next === undefined ? makeHead(request, answering, body) : finishResponse(request);
}

/** httpd: server/protocol.c ap_content_length_filter, modules/http/http_filters.c ap_http_header_filter */
function makeHead(
  request: RequestRecord,
  answering: RequestRecord,
  body: Body | undefined,
): Response | Promise<Response> {
  const { status } = answering;
  const withoutBody = answering.headerOnly || isHeaderOnlyStatus(status);
  if (answering.protocolNumber > 1000 && answering.env('downgrade-1.0') !== undefined)
    answering.protocolNumber = 1000;
  // httpd: basic_http_header_check, for clients that take a newer answer wrongly
  if (answering.protocolNumber === 1000 && answering.env('force-response-1.0') !== undefined)
    answering.connection.keepalive = 'close';
  setContentLength(answering, body, withoutBody);
  const headers = combineHeaders(answering);
  const coding = headers.get('Transfer-Encoding');
  if (coding !== undefined && !takesCoding(headers, coding, status))
    return refuseHeaders(request, answering, body);
  const line = ownStatusLine(answering) ?? statusLine(status);
  const isChunked = setKeepAlive(answering, headers);
  if (answering.noCache && !headers.has('Expires'))
    headers.set('Expires', formatHttpDate(answering.requestTimeMs));
  // The body goes out as it is, so nobody knows where it ends. httpd does not announce that either.
  if (coding !== undefined && body !== undefined && bodyLength(body) !== 0)
    answering.connection.keepalive = 'close';
  if (isHeaderOnlyStatus(status)) {
    headers.unset('Transfer-Encoding');
    headers.unset('Content-Length');
    answering.contentType = undefined;
    answering.contentEncoding = undefined;
    answering.contentLanguages = undefined;
  }
  if (isChunked) {
    headers.merge('Transfer-Encoding', 'chunked');
    headers.unset('Content-Length');
  }
  setContentHeaders(answering, headers);
  if (answering.headerOnly && headers.get('Content-Length') === '0') headers.unset('Content-Length');
  if (withoutBody) discardBody(body);
  request.bytesSent = 0;
  if (!areFit(headers)) {
    const fault = checkResponseHeaders(headers, answering.server.limits.strict ?? true);
    if (fault !== undefined) {
      if (answering === request) request.bytesReplaced = bodyLength(body) ?? 0;
      return refuseHeaders(request, answering, body, fault);
    }
  }
  const first = takeDateAndServer(answering, headers);
  return new Response({
    request,
    answering,
    statusLine: line,
    first,
    fields: headers,
    body: withoutBody ? undefined : body,
    isChunked: isChunked && !withoutBody,
    keepAlive: answering.connection.keepalive === 'keepalive',
  });
}

/**
 * A module that says how the body is sent must say `chunked` at the end, and then there is no length.
 * httpd: modules/http/http_filters.c check_headers
 */
function takesCoding(headers: HeaderTable, coding: string, status: number): boolean {
  if (isHeaderOnlyStatus(status)) return true;
  if (!/(?:^|[,\t ])chunked[\t ]*$/i.test(coding)) return false;
  headers.unset('Content-Length');
  return true;
}

/** State of a request whose headers were refused once. */
const refusedOnce = { name: 'headers were refused' };

/**
 * Nothing that could be taken for other headers, or for a body, leaves the server: the ErrorDocument of status 500 goes
 * in its place, or nothing but the status where that is unfit as well.
 * httpd: modules/http/http_filters.c check_headers, ap_http_header_filter
 */
async function refuseHeaders(
  request: RequestRecord,
  answering: RequestRecord,
  body: Body | undefined,
  fault?: string,
): Promise<Response> {
  if (fault !== undefined) answering.log('http', 'error', fault);
  discardBody(body);
  answering.headersOut = new HeaderTable();
  answering.errHeadersOut = new HeaderTable();
  answering.contentType = undefined;
  answering.contentEncoding = undefined;
  answering.contentLanguages = undefined;
  answering.proxyRequest = false;
  answering.output = undefined;
  answering.outputFilters = undefined;
  answering.statusLine = undefined;
  answering.connection.keepalive = 'close';
  if (request.state(refusedOnce) === true) {
    answering.status = 500;
    return bareResponse(request, answering);
  }
  request.setState(refusedOnce, true);
  await dieWithoutLength(500, answering);
  return finishResponse(request);
}

/** Nothing but the status, and that there is no body. */
function bareResponse(request: RequestRecord, answering: RequestRecord): Response {
  const headers = HeaderTable.of([['Content-Length', '0']]);
  const first = takeDateAndServer(answering, headers);
  request.bytesSent = 0;
  return new Response({
    request,
    answering,
    statusLine: statusLine(answering.status),
    first,
    fields: headers,
    body: undefined,
    isChunked: false,
    keepAlive: false,
  });
}

/** A reason with control characters does not go out. */
const unfitReason = /[\0-\x08\n-\x1f\x7f]/;

/** A module's status line counts as long as it is that of the status. httpd: modules/http/http_filters.c validate_status_line */
function ownStatusLine({ statusLine: own, status }: RequestRecord): string | undefined {
  if (own === undefined || !own.startsWith(String(status)) || unfitReason.test(own)) return undefined;
  return own.length === 3 ? `${own} ` : own[3] === ' ' ? own : undefined;
}

function setContentLength(request: RequestRecord, body: Body | undefined, withoutBody: boolean): void {
  const length = bodyLength(body);
  if (length === undefined) return;
  if (withoutBody && length === 0 && request.headersOut.has('Content-Length')) return;
  if (isHeaderOnlyStatus(request.status)) return;
  request.headersOut.set('Content-Length', String(length));
}

function combineHeaders(request: RequestRecord): HeaderTable {
  const { errHeadersOut, headersOut } = request;
  if (request.env('force-no-vary') !== undefined) {
    headersOut.unset('Vary');
    errHeadersOut.unset('Vary');
  }
  if (request.note('no-etag') !== undefined) {
    headersOut.unset('ETag');
    errHeadersOut.unset('ETag');
  }
  if (errHeadersOut.size > 0) {
    request.headersOut = errHeadersOut.clone();
    request.headersOut.addAll(headersOut);
  }
  joinVary(request.headersOut);
  return request.headersOut;
}

/** One `Vary` with each name once. httpd: modules/http/http_filters.c fixup_vary */
function joinVary(headers: HeaderTable): void {
  if (!headers.has('Vary')) return;
  const names = new Map<string, string>();
  for (const value of headers.getAll('Vary')) {
    for (const name of value.split(/[,\t-\r ]+/)) {
      if (name !== '' && !names.has(name.toLowerCase())) names.set(name.toLowerCase(), name);
    }
  }
  headers.set('Vary', [...names.values()].join(','));
}

function setContentHeaders(request: RequestRecord, headers: HeaderTable): void {
  if (request.contentType !== undefined) {
    headers.set('Content-Type', request.server.plan.policy.contentType(request, request.contentType));
  }
  if (request.contentEncoding !== undefined) headers.set('Content-Encoding', request.contentEncoding);
  if (request.contentLanguages !== undefined) {
    const languages = [...request.contentLanguages];
    const named = new Set(languages.map((language) => language.toLowerCase()));
    for (const language of (headers.get('Content-Language') ?? '').split(',')) {
      const other = trimBlanks(language);
      if (other !== '' && !named.has(other.toLowerCase())) languages.push(other);
    }
    headers.set('Content-Language', languages.join(','));
  }
}

/** State of a request whose head was made, and then made anew for an error that its output filters found. */
export const headMadeTwice = { name: 'head was made twice' };

/**
 * Decides whether the connection is kept and says so; true when the body must go out in chunks.
 * httpd: modules/http/http_protocol.c ap_set_keepalive
 */
function setKeepAlive(request: RequestRecord, headers: HeaderTable): boolean {
  const { connection, server } = request;
  const asked = request.headersIn.get('Connection') ?? '';
  const closes = hasToken(headers.get('Connection') ?? '', 'close');
  const settings = server.plan.keepAliveOf(server);
  const asksToKeep = hasToken(asked, 'keep-alive');
  const isKept = () =>
    settings.on &&
    settings.timeoutMs > 0 &&
    (settings.max === 0 || connection.keepalives < settings.max) &&
    !hasToken(asked, 'close') &&
    (request.env('nokeepalive') === undefined || request.headersIn.has('Via')) &&
    (asksToKeep || request.protocolNumber >= 1001);
  let mayKeep = connection.keepalive !== 'close' && !request.expectingContinue;
  if (mayKeep && isError(request.status) && request.state(headMadeTwice) === true) {
    // The first head has settled that the connection ends, or counts as a request that it was kept for.
    mayKeep = isKept();
    if (mayKeep) connection.keepalives++;
  }
  const left = settings.max - connection.keepalives;
  const hasEnd =
    request.headerOnly ||
    isHeaderOnlyStatus(request.status) ||
    headers.has('Content-Length') ||
    hasToken(headers.get('Transfer-Encoding') ?? '', 'chunked');
  const isChunked = mayKeep && !hasEnd && request.protocolNumber >= 1001;
  const keeps = mayKeep && (hasEnd || isChunked) && !dropsConnection(request.status) && !closes && isKept();
  if (keeps) {
    connection.keepalive = 'keepalive';
    connection.keepalives++;
    if (asksToKeep) {
      const seconds = Math.floor(settings.timeoutMs / 1000);
      headers.set('Keep-Alive', settings.max > 0 ? `timeout=${seconds}, max=${left}` : `timeout=${seconds}`);
      headers.merge('Connection', 'Keep-Alive');
    }
    return isChunked;
  }
  if (!closes) headers.merge('Connection', 'close');
  if (connection.keepalive !== 'close' && settings.max > 0 && left === 0) connection.keepalives++;
  connection.keepalive = 'close';
  return isChunked;
}

interface DateAndServer {
  readonly date: string;
  /** Empty where the server does not say what it is. */
  readonly server: string;
}

/** Takes the two out of the table, since they go before all others. httpd: modules/http/http_filters.c basic_http_header */
function takeDateAndServer(request: RequestRecord, headers: HeaderTable): DateAndServer {
  const fromOrigin = request.proxyRequest !== false;
  const date = (fromOrigin ? headers.get('Date') : undefined) ?? formatHttpDate(request.requestTimeMs);
  const server = (fromOrigin ? headers.get('Server') : undefined) ?? request.server.plan.process.serverBanner;
  headers.unset('Date');
  headers.unset('Server');
  return { date, server };
}

function linesOf({ date, server }: DateAndServer, headers: HeaderTable): string {
  const serverLine = server === '' ? '' : `Server: ${server}\r\n`;
  return `Date: ${date}\r\n${serverLine}${headers.toLines()}`;
}
