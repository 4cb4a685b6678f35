import {
  emptyRequestBody,
  type HookResult,
  type HookStatus,
  type RequestRecord,
  type ServerRecord,
} from '@httpd-ts/kernel';
import {
  type Origin,
  proxyDirectory,
  proxyError,
  proxyServer,
  releaseWorkers,
  retryWorker,
  WORKER,
  type Worker,
} from '../mod_proxy/contract.ts';
import type { BackendConnection } from './backend-connection.ts';
import { ConnectionPool, type NoConnection } from './connection-pool.ts';
import { Exchange, type ExchangeSettings } from './exchange.ts';
import { expects100, makeBackendHead } from './request-head.ts';
import { type Prefetched, prefetchBody, RequestSender, writePrefetched } from './send-request.ts';

/** A request on its way to a back end, from its head to the connection it goes out on. */
interface Outgoing {
  readonly request: RequestRecord;
  readonly worker: Worker;
  readonly origin: Origin;
  readonly settings: ExchangeSettings;
  /** Request line and fields. */
  readonly lines: string;
  /** Framing fields, Connection and the empty line. */
  readonly end: string;
  readonly prefetched: Prefetched;
  readonly isChunked: boolean;
  readonly awaitsContinue: boolean;
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
export function handleHttp(request: RequestRecord, worker: Worker, origin: Origin, path: string): HookResult {
  if (!worker.isUsable) {
    retryWorker('HTTP', worker, request);
    if (!worker.isUsable) {
      logForServer(request, `AH00940: http: disabled connection for (${worker.address})`);
      return 503;
    }
  }
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
  const expect =
    expects100(headersIn.get('Expect')) && request.protocolNumber >= 1001 && !forces10 && forward100Continue;
  const pings =
    worker.parameters.pingMs !== undefined && request.proxyRequest === 'reverse' && hasBody && !forces10;
  const settings = exchangeSettings(request.server, worker);
  const head = makeBackendHead(request, origin, path, settings.config, {
    forces10,
    pings,
    forwardsExpect: expect,
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
    settings,
    lines: head.lines,
    closes: closes || isInitialRequest(request),
  };
  const connectionLine = forces10 ? '' : closes ? 'Connection: close\r\n' : 'Connection: Keep-Alive\r\n';
  if (!hasBody) {
    const mayRepeat = repeatable.has(request.method);
    const end = `${connectionLine}\r\n`;
    return send({ ...base, end, prefetched: nothing, isChunked: false, awaitsContinue: expect, mayRepeat });
  }
  const framing = { isChunked: head.transferEncoding !== undefined, contentLength: head.contentLength };
  if (expect) {
    const isChunked = framing.isChunked;
    const field = isChunked
      ? 'Transfer-Encoding: chunked\r\n'
      : `Content-Length: ${framing.contentLength}\r\n`;
    const prefetched = { chunks: [], length: 0, isEnded: false };
    return send({
      ...base,
      end: `${field}${connectionLine}\r\n`,
      prefetched,
      isChunked,
      awaitsContinue: true,
      mayRepeat: false,
    });
  }
  const spools = framing.isChunked && (forces10 || sendsLength(request));
  const sendWith = (prefetched: Prefetched): HookResult => {
    const isChunked = !prefetched.isEnded && framing.isChunked;
    const length = prefetched.isEnded ? String(prefetched.length) : framing.contentLength;
    const field = isChunked ? 'Transfer-Encoding: chunked\r\n' : `Content-Length: ${length}\r\n`;
    return send({
      ...base,
      end: `${field}${connectionLine}\r\n`,
      prefetched,
      isChunked,
      awaitsContinue: pings,
      mayRepeat: false,
    });
  };
  const prefetched = prefetchBody(request.body, spools);
  if (!(prefetched instanceof Promise)) return sendWith(prefetched);
  return prefetched.then(sendWith, () => bodyFailed(request, worker));
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

function bodyFailed(request: RequestRecord, worker: Worker): HookStatus {
  request.log(
    'proxy',
    'error',
    `AH01095: prefetch request body failed to ${worker.address} (${worker.hostname}) from ${request.connection.clientAddress} ()`,
  );
  releaseWorkers(request);
  return request.body.failure ?? 400;
}

function send(outgoing: Outgoing): HookResult {
  const pool = poolOf(outgoing);
  const idle = outgoing.closes && isInitialRequest(outgoing.request) ? undefined : pool.takeIdle();
  if (idle !== undefined) return exchangeOn(idle, outgoing);
  return pool.connect().then((connection) => onConnected(connection, outgoing));
}

function onConnected(connection: BackendConnection | NoConnection, outgoing: Outgoing): HookResult {
  return 'stream' in connection ? exchangeOn(connection, outgoing) : noConnection(outgoing, connection);
}

function exchangeOn(connection: BackendConnection, outgoing: Outgoing): Promise<HookStatus> {
  const { request, worker, settings } = outgoing;
  const exchange = new Exchange(request, worker, connection, settings);
  connection.mustClose = outgoing.closes;
  exchange.awaitsContinue = outgoing.awaitsContinue;
  request.connection.onAbort = () => exchange.abort();
  writeRequest(connection, exchange, outgoing);
  connection.expectData(
    outgoing.awaitsContinue ? (worker.parameters.pingMs ?? settings.timeoutMs) : settings.timeoutMs,
  );
  const mayBeStale = connection.isReused && connection.pool.now() - connection.idleSinceMs >= staleAfterMs;
  if (!mayBeStale || !outgoing.mayRepeat) return exchange.wait(undefined);
  return repeatIfStale(exchange, outgoing);
}

/**
 * A connection that was kept may have been closed by the back end at the very moment it was used again; then the
 * request, which changes nothing, goes out once more on a new one.
 */
function repeatIfStale(exchange: Exchange, outgoing: Outgoing): Promise<HookStatus> {
  return new Promise((resolve) => {
    exchange
      .wait(() => {
        const pool = poolOf(outgoing);
        pool
          .connect()
          .then((connection) => resolve(onConnected(connection, { ...outgoing, mayRepeat: false })));
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
  const source = outgoing.awaitsContinue && prefetched.isEnded ? replay(prefetched, request) : request.body;
  exchange.sender = new RequestSender(
    connection,
    source,
    { isChunked, extraCrLf },
    (bytes) => worker.countTransferred(bytes),
    (body) => exchange.fail(body.failure ?? 400),
  );
  if (!outgoing.awaitsContinue) exchange.sender.proceed();
}

/** A body that was read already and waits for the back end's leave. */
function replay(prefetched: Prefetched, request: RequestRecord) {
  const chunks = [...prefetched.chunks];
  return {
    ...emptyRequestBody,
    pull: () => chunks.shift() ?? (prefetched.isEnded ? null : request.body.pull()),
  };
}

const connectErrors: Readonly<Record<string, string>> = {
  ECONNREFUSED: '(111)Connection refused',
  ETIMEDOUT: '(70007)The timeout specified has expired',
  EHOSTUNREACH: '(113)No route to host',
  ECONNRESET: '(104)Connection reset by peer',
  ENOTFOUND: '(EAI 2)Name or service not known',
  EIO: '(5)Input/output error',
};

/** httpd: ap_proxy_connect_backend, ap_proxy_acquire_connection, ap_proxy_determine_connection */
function noConnection(outgoing: Outgoing, reason: NoConnection): HookStatus {
  const { request, worker, origin } = outgoing;
  releaseWorkers(request);
  if (reason.kind === 'busy') {
    logForServer(
      request,
      `AH00941: http: failed to acquire connection for (${worker.address})`,
      connectErrors.ETIMEDOUT,
    );
    return 503;
  }
  if (reason.kind === 'dns') {
    return proxyError(request, 500, `DNS lookup failure for: ${origin.hostname}`, connectErrors.ENOTFOUND);
  }
  const { port, socketPath } = poolOf(outgoing).target;
  for (const [i, { address, error }] of reason.attempts.entries()) {
    if (i < reason.attempts.length - 1) continue;
    const text =
      socketPath === undefined
        ? `AH00957: http: attempt to connect to ${address}:${port} (${origin.hostname}:${port}) failed`
        : `AH02454: HTTP: attempt to connect to Unix domain socket ${socketPath} (${origin.hostname}:${port}) failed`;
    logForServer(request, text, connectErrors[error]);
  }
  if (!worker.is(WORKER.ignoreErrors)) {
    worker.fail(request.server.plan.world.clock.now());
    const seconds = Math.floor((worker.parameters.retryMs ?? 60_000) / 1000);
    logForServer(
      request,
      `AH00959: ap_proxy_connect_backend disabling worker for (${worker.address}) for ${seconds}s`,
    );
  }
  request.log(
    'proxy_http',
    'error',
    `AH01114: HTTP: failed to make connection to backend: ${origin.hostname}`,
  );
  return 503;
}

/** A message that is not about a client. */
function logForServer(request: RequestRecord, message: string, error?: string): void {
  const { server } = request;
  if (server.errorLogger.wants('proxy', 'error', undefined)) {
    server.errorLogger.write({ module: 'proxy', level: 'error', message, error, server });
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

function timeoutOf(server: ServerRecord, worker: Worker): number {
  return worker.parameters.timeoutMs ?? proxyServer.at(server.config).timeoutMs ?? server.timeoutMs ?? 60_000;
}

/** The pool of the worker; the worker without a target of its own has one for each origin. */
function poolOf({ request, worker, origin }: Outgoing): ConnectionPool {
  const socketPath = worker.socketPath ?? request.note('uds_path');
  worker.transport ??= new Map();
  const pools = worker.transport as Map<string, ConnectionPool>;
  const key = socketPath === undefined ? `${origin.hostname}:${origin.port}` : socketPath;
  let pool = pools.get(key);
  if (pool === undefined) {
    const { server } = request;
    const timeoutMs = timeoutOf(server, worker);
    pool = new ConnectionPool(server.plan.world, worker, {
      hostname: origin.hostname,
      port: origin.port,
      socketPath,
      localAddress: proxyServer.at(server.config).sourceAddress,
      connectTimeoutMs: worker.parameters.connectionTimeoutMs ?? timeoutMs,
      timeoutMs,
      keepsConnections: worker.parameters.disableReuse !== true,
    });
    if (pools.size >= mostPools) pools.clear();
    pools.set(key, pool);
  }
  return pool;
}

/** A bound for the worker that serves any host. */
const mostPools = 1000;
