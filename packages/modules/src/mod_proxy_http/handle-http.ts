import { trimBlanks } from '@httpd-ts/http1';
import type { HookResult, HookStatus, RequestRecord, ServerRecord } from '@httpd-ts/kernel';
import {
  acquireConnection,
  type BackendConnection,
  bodyFailed,
  type ConnectionFailure,
  type Destination,
  isWorkerReady,
  makeBackendHead,
  type Origin,
  type ParentProxy,
  proxyDirectory,
  proxyServer,
  releaseWorkers,
  timeoutOf,
  unframed,
  type Worker,
} from '../mod_proxy/contract.ts';
import { Exchange, type ExchangeSettings } from './exchange.ts';
import {
  chunked,
  chunkedWithCrLf,
  firstInOneChunk,
  type Prefetched,
  plainWithCrLf,
  prefetchBody,
  replay,
  takeArrived,
  writePrefetched,
} from './send-request.ts';

/** A request on its way to a back end, from its head to the connection it goes out on. */
interface Outgoing extends Destination {
  readonly settings: ExchangeSettings;
  /** Request line and fields. */
  readonly lines: string;
  /** Framing fields, Connection and the empty line. */
  readonly end: string;
  readonly prefetched: Prefetched;
  readonly isChunked: boolean;
  readonly awaitsContinue: boolean;
  /** The protocol that the client wants to go over to, where that is allowed. */
  readonly upgrade: string | undefined;
  /** The connection serves this request alone. */
  readonly closes: boolean;
  readonly mayRepeat: boolean;
}

/** A connection that has been idle for less is not suspected of having been closed meanwhile. */
const staleAfterMs = 500;
const nothing: Prefetched = { chunks: [], length: 0, isEnded: true };
const repeatable = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);
const settingsOf = new WeakMap<ServerRecord, Map<Worker, ExchangeSettings>>();

/** Sends a request to an HTTP back end and answers with its answer. httpd: modules/proxy/mod_proxy_http.c proxy_http_handler */
export function handleHttp(
  request: RequestRecord,
  worker: Worker,
  origin: Origin,
  path: string,
  parent?: ParentProxy,
): HookResult {
  if (!isWorkerReady(request, worker, origin.scheme)) return 503;
  const { headersIn } = request;
  const forces10 = request.env('force-proxy-request-1.0') !== undefined;
  const hasBody =
    request.main === undefined && (headersIn.has('Content-Length') || headersIn.has('Transfer-Encoding'));
  const coding = hasBody ? headersIn.get('Transfer-Encoding') : undefined;
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    request.log('proxy_http', 'error', `AH01093: ${coding} Transfer-Encoding is not supported`);
    releaseWorkers(request);
    return 500;
  }
  const { forward100Continue = true } = proxyDirectory.of(request);
  const forwardsExpect = request.expectingContinue && !forces10 && forward100Continue;
  const pings =
    worker.parameters.pingMs !== undefined && request.proxyRequest === 'reverse' && hasBody && !forces10;
  const settings = exchangeSettings(request.server, worker);
  const isTls = origin.scheme === 'https' || origin.scheme === 'wss';
  const upgrade = forces10 ? undefined : acceptedUpgrade(request, worker, origin.scheme);
  // In plain HTTP a parent is asked for the whole URL.
  const asksParent = parent !== undefined && !isTls;
  const target = asksParent ? `${origin.canonical}${path}` : path;
  const head = makeBackendHead(request, origin, target, settings.config, {
    forces10,
    expects100: forwardsExpect || pings,
    credentials: asksParent ? parent.credentials : undefined,
  });
  const closes =
    forces10 ||
    request.main !== undefined ||
    request.env('proxy-nokeepalive') !== undefined ||
    worker.parameters.disableReuse === true;
  const base = {
    request,
    worker,
    origin,
    protocol: origin.scheme,
    whenFailed: logFailure,
    isTls,
    parent,
    settings,
    upgrade,
    lines: head.lines,
    closes: closes || isInitialRequest(request),
  };
  const connectionLine = forces10
    ? ''
    : upgrade !== undefined
      ? `Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n`
      : closes
        ? 'Connection: close\r\n'
        : 'Connection: Keep-Alive\r\n';
  if (!hasBody) {
    const mayRepeat = repeatable.has(request.method) && upgrade === undefined;
    const end = `${connectionLine}\r\n`;
    return send({
      ...base,
      end,
      prefetched: nothing,
      isChunked: false,
      awaitsContinue: forwardsExpect,
      mayRepeat,
    });
  }
  const isFiltered = request.body.isFiltered === true && head.transferEncoding === undefined;
  const isChunked = isFiltered ? !forces10 && sendsChunks(request) : head.transferEncoding !== undefined;
  const framing = { isChunked, contentLength: head.contentLength };
  const spools = isFiltered ? !isChunked : isChunked && (forces10 || sendsLength(request));
  const sendWith = (prefetched: Prefetched): HookResult => {
    const isChunked = !prefetched.isEnded && framing.isChunked;
    const length = prefetched.isEnded ? String(prefetched.length) : framing.contentLength;
    const field = isChunked ? 'Transfer-Encoding: chunked\r\n' : `Content-Length: ${length}\r\n`;
    return send({
      ...base,
      end: `${field}${connectionLine}\r\n`,
      prefetched,
      isChunked,
      awaitsContinue: forwardsExpect || pings,
      mayRepeat: false,
    });
  };
  if (!spools && (forwardsExpect || pings || request.env('proxy-prefetch-nonblocking') !== undefined)) {
    try {
      return sendWith(takeArrived(request.body));
    } catch {
      return bodyFailed(base);
    }
  }
  const prefetched = prefetchBody(request.body, spools);
  if (!(prefetched instanceof Promise)) return sendWith(prefetched);
  return prefetched.then(sendWith, () => bodyFailed(base));
}

/** The value of Upgrade that goes on to the back end. httpd: modules/proxy/proxy_util.c ap_proxy_worker_can_upgrade */
function acceptedUpgrade(
  { headersIn }: RequestRecord,
  { parameters }: Worker,
  scheme: string,
): string | undefined {
  const asked = headersIn.get('Upgrade');
  if (asked === undefined) return undefined;
  const allowed = parameters.upgrade ?? (scheme === 'ws' || scheme === 'wss' ? 'WebSocket' : 'NONE');
  const word = allowed.toLowerCase();
  if (word === 'none') return undefined;
  if (word === 'any' || asked.split(',').some((name) => trimBlanks(name).toLowerCase() === word))
    return asked;
  return undefined;
}

/** The first request of a client connection, where it must not meet a stale connection. */
function isInitialRequest(request: RequestRecord): boolean {
  return request.connection.keepalives === 0 && request.env('proxy-initial-not-pooled') !== undefined;
}

/** A chunked body goes out with its length. httpd: proxy-sendcl against proxy-sendchunked */
function sendsLength(request: RequestRecord): boolean {
  return (
    request.env('proxy-sendcl') !== undefined &&
    request.env('proxy-sendchunks') === undefined &&
    request.env('proxy-sendchunked') === undefined
  );
}

/** A body whose length a filter may change goes out in chunks, and is not read to its end beforehand. */
function sendsChunks(request: RequestRecord): boolean {
  return (
    request.env('proxy-sendcl') === undefined &&
    (request.env('proxy-sendchunks') !== undefined || request.env('proxy-sendchunked') !== undefined)
  );
}

/** httpd: modules/proxy/mod_proxy_http.c proxy_http_handler, ap_proxy_http_request */
function logFailure({ request }: Destination, failure: ConnectionFailure): void {
  const text =
    failure.kind === 'connect'
      ? `AH01114: HTTP: failed to make connection to backend: ${failure.hostname}`
      : `AH01097: pass request body failed to ${failure.place} from ${request.connection.clientAddress} ()`;
  request.log('proxy_http', 'error', text);
}

function send(outgoing: Outgoing): HookResult {
  const isFresh = outgoing.closes && isInitialRequest(outgoing.request);
  const acquired = acquireConnection(outgoing, { isFresh });
  if (!(acquired instanceof Promise)) return onConnected(acquired, outgoing);
  return acquired.then((connection) => onConnected(connection, outgoing));
}

function onConnected(connection: BackendConnection | HookStatus, outgoing: Outgoing): HookResult {
  return typeof connection === 'number' ? connection : exchangeOn(connection, outgoing);
}

function exchangeOn(connection: BackendConnection, outgoing: Outgoing): Promise<HookStatus> {
  const { request, worker, settings } = outgoing;
  const exchange = new Exchange(request, worker, connection, settings);
  connection.mustClose = outgoing.closes;
  exchange.awaitsContinue = outgoing.awaitsContinue;
  exchange.upgrade = outgoing.upgrade;
  writeRequest(connection, exchange, outgoing);
  connection.expectData(
    outgoing.awaitsContinue ? (worker.parameters.pingMs ?? settings.timeoutMs) : settings.timeoutMs,
  );
  const mayBeStale = connection.isReused && connection.pool.now() - connection.idleSinceMs >= staleAfterMs;
  if (!mayBeStale || !outgoing.mayRepeat) return exchange.wait();
  return repeatIfStale(exchange, outgoing);
}

/**
 * A connection that was kept may have been closed by the back end at the very moment it was used again; then the
 * request, which changes nothing, goes out once more on a new one.
 */
function repeatIfStale(exchange: Exchange, outgoing: Outgoing): Promise<HookStatus> {
  return new Promise((resolve) => {
    exchange
      .waitUnlessStale(() => {
        const again = { ...outgoing, mayRepeat: false };
        resolve(
          Promise.resolve(acquireConnection(outgoing, { isFresh: true })).then((connection) =>
            onConnected(connection, again),
          ),
        );
      })
      .then(resolve);
  });
}

function writeRequest(connection: BackendConnection, exchange: Exchange, outgoing: Outgoing): void {
  const { request, worker, prefetched, isChunked } = outgoing;
  const { stream } = connection;
  const head = outgoing.lines + outgoing.end;
  const extraCrLf = request.env('proxy-sendextracrlf') !== undefined;
  worker.countTransferred(head.length + (outgoing.awaitsContinue ? 0 : prefetched.length));
  const isSent = prefetched.isEnded && !isChunked && (!outgoing.awaitsContinue || prefetched.length === 0);
  if (prefetched.chunks.length === 0 && isSent) {
    stream.write(head);
    return;
  }
  stream.cork();
  stream.write(head);
  if (!outgoing.awaitsContinue) {
    if (isChunked) writePrefetched(stream, prefetched);
    else for (const chunk of prefetched.chunks) stream.write(chunk);
    if (isSent && extraCrLf) stream.write('\r\n');
  }
  stream.uncork();
  if (isSent) return;
  const framing = isChunked ? (extraCrLf ? chunkedWithCrLf : chunked) : extraCrLf ? plainWithCrLf : unframed;
  if (!outgoing.awaitsContinue) exchange.sendBody(framing);
  else {
    exchange.sendBody(isChunked ? firstInOneChunk(prefetched, framing) : framing, {
      body: replay(prefetched, request.body),
      begins: false,
    });
  }
}

function exchangeSettings(server: ServerRecord, worker: Worker): ExchangeSettings {
  let ofServer = settingsOf.get(server);
  if (ofServer === undefined) {
    ofServer = new Map();
    settingsOf.set(server, ofServer);
  }
  let settings = ofServer.get(worker);
  if (settings === undefined) {
    const config = proxyServer.at(server.config);
    settings = {
      config,
      headOptions: {
        badHeader: config.badHeader ?? 'IsError',
        responseFieldSize: worker.parameters.responseFieldSize || 8192,
      },
      timeoutMs: timeoutOf(server, worker),
    };
    ofServer.set(worker, settings);
  }
  return settings;
}
