import type { ExpressionCaptures, HookStatus, RequestRecord } from '@httpd-ts/kernel';
import { addScriptVariables } from '../core/contract.ts';
import {
  acquireConnection,
  type BackendConnection,
  type BodyFraming,
  bodyFailed,
  type Destination,
  isWorkerReady,
  type Origin,
  PrefetchedBody,
  timeoutOf,
  type Worker,
} from '../mod_proxy/contract.ts';
import { type EnvironmentFixup, fcgiConfig } from './config.ts';
import { FcgiExchange } from './fcgi-exchange.ts';
import { beginRequest, paramsRecords, RECORD, recordHeader } from './records.ts';
import { scriptFilename } from './script-filename.ts';

/** Sends a request to a FastCGI back end and answers with its answer. httpd: modules/proxy/mod_proxy_fcgi.c proxy_fcgi_handler */
export async function handleFcgi(
  request: RequestRecord,
  worker: Worker,
  origin: Origin,
): Promise<HookStatus> {
  if (!isWorkerReady(request, worker, 'FCGI')) return 503;
  const destination = { request, worker, origin, protocol: 'FCGI', whenFailed: logFailure };
  const body = new PrefetchedBody(request.body);
  const prefetched = prefetch(request, body);
  if (prefetched === false || (prefetched instanceof Promise && !(await prefetched)))
    return bodyFailed(destination);
  const acquired = acquireConnection(destination);
  const connection = acquired instanceof Promise ? await acquired : acquired;
  if (typeof connection === 'number') return connection;
  // Back ends may have one process for each connection, so connections are kept only for those who ask for it.
  connection.mustClose = worker.parameters.disableReuse !== false;
  const exchange = new FcgiExchange(request, worker, connection, timeoutOf(request.server, worker));
  const variables = addScriptVariables(request, scriptFilename(request));
  if (variables !== undefined) await variables;
  const fixed = applyFixups(request);
  if (!(fixed === true || (fixed !== false && (await fixed)))) {
    request.log(
      'proxy_fcgi',
      'error',
      'AH01074: Failed writing Environment to :',
      '(20014)Internal error (specific information not available)',
    );
    exchange.fail(503);
    return exchange.wait();
  }
  send(connection, exchange, body);
  return exchange.wait();
}

function logFailure({ request, origin }: Destination): void {
  request.log('proxy_fcgi', 'error', `AH01079: failed to make connection to backend: ${origin.hostname}`);
}

/**
 * Reads what has come of the request's body, to find out its length; then the back end need not wait for the client.
 * False when the body cannot be read.
 */
function prefetch(request: RequestRecord, body: PrefetchedBody): Promise<boolean> | boolean {
  const { headersIn } = request;
  const isChunked = headersIn.has('Transfer-Encoding');
  if (isChunked) headersIn.unset('Content-Length');
  const failed = () => false;
  // The filter takes the length away, but not that there is a body.
  const isStated = isChunked || headersIn.has('Content-Length');
  if (body.isFiltered) return body.readBeginning().then(() => stateLength(request, body, isStated), failed);
  body.readAvailable();
  if (body.isWhole || headersIn.has('Content-Length') || request.env('proxy-sendcl') === undefined) {
    return stateLength(request, body, isChunked);
  }
  return body.readAll().then(() => stateLength(request, body, isChunked), failed);
}

/** What is there as a whole goes on with its length. */
function stateLength({ headersIn }: RequestRecord, body: PrefetchedBody, isChunked: boolean): true {
  const hasLength = headersIn.has('Content-Length');
  if (body.isWhole && (hasLength || isChunked || body.prefetched > 0)) {
    headersIn.set('Content-Length', String(body.prefetched));
    headersIn.unset('Transfer-Encoding');
  }
  return true;
}

/** Carries out ProxyFCGISetEnvIf; false when a condition could not be evaluated. httpd: fix_cgivars */
function applyFixups(request: RequestRecord, from = 0): boolean | Promise<boolean> {
  const { fixups } = fcgiConfig.of(request);
  for (let i = from; i < fixups.length; i++) {
    const fixup = fixups[i]!;
    const captures: ExpressionCaptures = { match: undefined };
    const holds = fixup.condition.evaluate(request, captures);
    if (holds instanceof Promise) {
      return holds.then((later) => {
        if (later === undefined) return false;
        if (later) applyFixup(request, fixup, captures);
        return applyFixups(request, i + 1);
      });
    }
    if (holds === undefined) return false;
    if (holds) applyFixup(request, fixup, captures);
  }
  return true;
}

function applyFixup(
  request: RequestRecord,
  { name, value }: EnvironmentFixup,
  captures: ExpressionCaptures,
): void {
  const { subprocessEnv } = request;
  if (value === undefined) subprocessEnv.unset(name);
  else {
    const text = value.text(request, captures);
    if (text !== undefined) subprocessEnv.set(name, text);
  }
}

function send({ stream, mustClose }: BackendConnection, exchange: FcgiExchange, body: PrefetchedBody): void {
  const { request, worker } = exchange;
  const head =
    beginRequest(!mustClose) +
    paramsRecords(request.subprocessEnv, (name) =>
      request.log('proxy_fcgi', 'warn', `AH02536: couldn't encode envvar '${name}' in 16384 bytes`),
    );
  worker.countTransferred(head.length);
  exchange.begin();
  if (body.isWhole && body.prefetched === 0) {
    stream.write(head + endOfInput);
    return;
  }
  stream.write(head);
  exchange.sendBody(stdinRecords, { body });
}

const endOfInput = recordHeader(RECORD.stdin, 0);
/** What httpd reads at once. httpd: modules/proxy/mod_proxy.h AP_IOBUFSIZE */
const largestRecord = 8192;

const stdinRecords: BodyFraming = {
  write(stream, chunk) {
    let flows = true;
    stream.cork();
    for (let at = 0; at < chunk.length; at += largestRecord) {
      const piece = chunk.subarray(at, at + largestRecord);
      stream.write(recordHeader(RECORD.stdin, piece.length));
      flows = stream.write(piece);
    }
    stream.uncork();
    return flows;
  },
  end: (stream) => void stream.write(endOfInput),
};
