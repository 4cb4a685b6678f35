import type { LogLine } from '@httpd-ts/http1';
import { requestPlan } from '../2-compile/order-hooks.ts';
import type { AddressServers } from '../2-compile/virtual-hosts.ts';
import { bodyLength, emptyRequestBody, type RequestBody } from '../response.ts';
import { DECLINED, DONE, type HookResult, type HookStatus, OK } from '../status.ts';
import type { ConnectionRecord } from './connection-record.ts';
import { die, dieLate, dieOf, dropsConnection, noteTrailersFault } from './errors.ts';
import { answeringRequest, finishResponse, type Response } from './finish-response.ts';
import { afterReading, invokeHandler, processRequest } from './phases.ts';
import { setTarget } from './redirect.ts';
import { type RequestHead, RequestRecord } from './request-record.ts';
import { runAll, runFirst } from './run-hooks.ts';

/** A head that the codec found wrong, and what httpd answers to it. */
export interface RequestFault {
  readonly status: number;
  /** The first line could not be read, so that nothing is known of method and target. */
  readonly isRequestLineUnread?: boolean;
  /** It names no host, so that its path may choose the server (ServerPath). */
  readonly isWithoutHost?: boolean;
  /** The whole target, where it could not be taken apart. */
  readonly unparsedTarget?: string | undefined;
  /** Text for the error page; see `error-notes`. */
  readonly note: string | undefined;
  /** What is said of it in the error log. */
  readonly log: readonly LogLine[];
  /** Host and port to show although they chose no server. */
  readonly named?: { readonly hostname: string | undefined; readonly port: number | undefined };
}

/** Host of a request as the codec read it: lower case, without port. */
export interface RequestedHost {
  readonly name: string | undefined;
  readonly port: number | undefined;
}

/**
 * Answers one request. The response comes at once when nothing outside had to be waited for.
 * httpd: modules/http/http_request.c ap_process_async_request
 */
export function serve(
  connection: ConnectionRecord,
  servers: AddressServers,
  head: RequestHead,
  host: RequestedHost,
  body: RequestBody = emptyRequestBody,
  fault?: RequestFault,
): Response | Promise<Response> {
  const mayChooseByPath = fault === undefined || fault.isWithoutHost === true;
  const request = readRequest(connection, servers, head, host, body, mayChooseByPath);
  if (fault !== undefined) return answerFault(request, fault);
  for (const line of head.log ?? noLog) request.log('core', line.level, line.text);
  if (head.fault !== undefined) return answerWholeFault(request, head.fault);
  const status = postRead(request);
  return typeof status === 'number'
    ? answer(request, status)
    : status.then((later) => answer(request, later));
}

const noLog: readonly LogLine[] = [];

/** It ends the connection, but the response does not say so. */
async function answerWholeFault(
  request: RequestRecord,
  { status, log }: NonNullable<RequestHead['fault']>,
): Promise<Response> {
  const ofHost = request.server.plan.policy.checkHost(request);
  if (ofHost === DECLINED) request.log('core', log.level, log.text);
  const response = await answer(request, ofHost === DECLINED ? status : ofHost);
  response.keepAlive = false;
  return response;
}

function answer(request: RequestRecord, status: HookStatus): Response | Promise<Response> {
  if (status === OK || status === DONE) return passBody(request);
  request.status = 200;
  return dieOf(status, request).then(() => passBody(request));
}

/**
 * What a handler left of the request body is read before the response begins, as httpd does: a body that is malformed
 * or does not come is answered with an error in place of what was to be sent.
 * httpd: modules/http/http_filters.c ap_discard_request_body
 */
function passBody(request: RequestRecord): Response | Promise<Response> {
  const { body, connection } = request;
  if (body.ended || body.awaitsContinue || connection.keepalive === 'close') return finishResponse(request);
  const answering = answeringRequest(request);
  if (dropsConnection(answering.status)) return finishResponse(request);
  answering.server.plan.policy.limitRequestBody(answering);
  return readToEnd(body).then((isComplete) => {
    if (isComplete) return finishResponse(request);
    if (answering.status >= 300) request.bytesReplaced = bodyLength(answering.output) ?? 0;
    if (body.trailersFault !== undefined) {
      answering.status = 400;
      noteTrailersFault(answering);
    }
    return dieLate(body.failure ?? 400, answering).then(() => finishResponse(request));
  });
}

async function readToEnd(body: RequestBody): Promise<boolean> {
  try {
    while ((await body.pull()) !== null);
    return true;
  } catch {
    return false;
  }
}

/** httpd: server/protocol.c ap_read_request */
function readRequest(
  connection: ConnectionRecord,
  servers: AddressServers,
  head: RequestHead,
  host: RequestedHost,
  body: RequestBody,
  mayChooseByPath: boolean,
): RequestRecord {
  const server =
    host.name !== undefined && servers.isNameBased ? servers.byName(host.name) : servers.defaultServer;
  const request = new RequestRecord(connection, server, head, body);
  connection.request = request;
  const { clock } = server.plan.world;
  request.requestTimeMs = clock.now();
  request.startedAtMs = clock.monotonic();
  setTarget(request, head.target);
  request.hostname = host.name;
  if (host.port !== undefined) request.parsedUri = { ...request.parsedUri, port: host.port };
  if (host.name === undefined && mayChooseByPath) {
    const byPath = servers.byPath(request.uri);
    if (byPath !== undefined) {
      request.server = byPath;
      request.directory = byPath.lookupDefaults;
    }
  }
  for (const hook of server.plan.everywhere.createRequest) hook(request);
  return request;
}

async function answerFault(request: RequestRecord, fault: RequestFault): Promise<Response> {
  if (fault.note !== undefined) request.notes.set('error-notes', fault.note);
  request.isRequestLineUnread = fault.isRequestLineUnread === true;
  if (fault.unparsedTarget !== undefined) {
    request.uri = fault.unparsedTarget;
    request.args = undefined;
  }
  const { hostname, port } = fault.named ?? {};
  request.hostname ??= hostname;
  if (port !== undefined) request.parsedUri = { ...request.parsedUri, port };
  for (const { level, text } of fault.log) request.log('core', level, text);
  request.connection.keepalive = 'close';
  await die(fault.status, request);
  const response = await finishResponse(request);
  response.keepAlive = false;
  return response;
}

function postRead(request: RequestRecord): HookResult {
  const status = afterReading(request);
  if (typeof status !== 'number') return status.then((later) => (later === OK ? quick(request) : later));
  return status === OK ? quick(request) : status;
}

function quick(request: RequestRecord): HookResult {
  const { quickHandler } = request.directory.plan ?? requestPlan(request.directory);
  if (quickHandler.length === 0) return full(request);
  const status = runFirst(quickHandler, request);
  if (typeof status !== 'number') return status.then((later) => (later === DECLINED ? full(request) : later));
  return status === DECLINED ? full(request) : status;
}

function full(request: RequestRecord): HookResult {
  const status = processRequest(request);
  if (typeof status !== 'number')
    return status.then((later) => (later === OK ? invokeHandler(request) : later));
  return status === OK ? invokeHandler(request) : status;
}

/** Runs what follows a response: the logs. Call once the last byte was sent or the client was gone. */
export function logRequest(request: RequestRecord): void {
  request.answeredBy = undefined;
  const { logTransaction: hooks } = request.directory.plan ?? requestPlan(request.directory);
  runAll(hooks, request);
}
