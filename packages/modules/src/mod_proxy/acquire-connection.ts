import {
  encodeBase64,
  entryOf,
  type HookStatus,
  type RequestRecord,
  type ServerRecord,
  type TlsPeer,
} from '@httpd-ts/kernel';
import type { BackendConnection } from './backend-connection.ts';
import { type ParentProxy, proxyDirectory, proxyServer } from './config.ts';
import { ConnectionPool, type FailedAttempt, type NoConnection, type TargetTls } from './connection-pool.ts';
import type { Origin } from './origin.ts';
import { backendTls, type TlsFailure } from './providers.ts';
import { proxyError } from './proxy-error.ts';
import { releaseWorkers } from './release-workers.ts';
import { retryWorker } from './retry-worker.ts';
import { WORKER, type Worker, type WorkerTransport } from './worker.ts';

/** Where a request goes, and what the log calls the protocol: `http`, `FCGI`, `AJP`. */
export interface Destination {
  readonly request: RequestRecord;
  readonly worker: Worker;
  readonly origin: Origin;
  readonly protocol: string;
  /** TLS is spoken with the back end. */
  readonly isTls?: boolean;
  /** A proxy to connect to in the place of the back end. */
  readonly parent?: ParentProxy | undefined;
  /** Protocols to offer within TLS (ALPN). */
  readonly tlsProtocols?: readonly string[];
  /** Told when the back end cannot be connected to, or not trusted, to add what the protocol's module says of it. */
  readonly whenFailed?: (destination: Destination, failure: ConnectionFailure) => void;
  /** What a name that has no address is answered with, where it is not the usual page. */
  readonly whenUnknown?: (destination: Destination, hostname: string) => HookStatus;
}

export type ConnectionFailure =
  | { readonly kind: 'connect'; readonly hostname: string }
  | { readonly kind: 'tls'; readonly place: string };

/**
 * Whether the worker may be used: one in error is let back in when its retry time is over. Otherwise the answer
 * is 503. httpd: ap_proxy_acquire_connection
 */
export function isWorkerReady(request: RequestRecord, worker: Worker, protocol: string): boolean {
  if (worker.isUsable) return true;
  retryWorker(protocol, worker, request);
  if (worker.isUsable) return true;
  logForServer(request, `AH00940: ${protocol}: disabled connection for (${worker.address})`);
  return false;
}

/**
 * A connection to the worker: an idle one or a new one, which takes its turn where `max` is reached. A status says
 * that there is none; then the log has the reason, a worker that cannot be connected to is in error, and the request
 * is no longer counted for it.
 * httpd: ap_proxy_acquire_connection, ap_proxy_determine_connection, ap_proxy_connect_backend
 */
export function acquireConnection(
  destination: Destination,
  options: { readonly isFresh?: boolean } = {},
): BackendConnection | HookStatus | Promise<BackendConnection | HookStatus> {
  const pool = poolOf(destination);
  if (pool === undefined) return refuseTls(destination);
  const idle = options.isFresh === true ? undefined : pool.takeIdle();
  if (idle !== undefined) return idle;
  const { request, protocol } = destination;
  if (isPath(proxyServer.at(request.server.config).sourceAddress)) {
    const text = `AH00956: ${protocol}: failed to bind socket to local address`;
    logForServer(request, text, '(97)Address family not supported by protocol');
  }
  return pool.connect().then((connection) => {
    if (!('stream' in connection)) return noConnection(destination, pool, connection);
    if (!connection.isReused) logTls(destination, pool, connection.address, connection.stream.tls);
    return connection;
  });
}

/** A path is taken for an address of its own family, which httpd cannot bind to and goes on without. */
const isPath = (address: string | undefined) => address?.startsWith('/') === true;

/** What httpd's log says of each way not to connect. */
export const connectErrors: Readonly<Record<string, string>> = {
  ECONNREFUSED: '(111)Connection refused',
  ETIMEDOUT: '(70007)The timeout specified has expired',
  EHOSTUNREACH: '(113)No route to host',
  ECONNRESET: '(104)Connection reset by peer',
  ETUNNEL: '(70008)Partial results are valid but processing is incomplete',
  ETLS: '(20014)Internal error (specific information not available)',
  ENOTFOUND: '(EAI 2)Name or service not known',
  ENOENT: '(2)No such file or directory',
  EACCES: '(13)Permission denied',
  EMFILE: '(24)Too many open files',
  EIO: '(5)Input/output error',
};

function noConnection(destination: Destination, pool: ConnectionPool, reason: NoConnection): HookStatus {
  const { request, worker, origin, protocol } = destination;
  releaseWorkers(request);
  if (reason.kind === 'busy') {
    logForServer(
      request,
      `AH00941: ${protocol}: failed to acquire connection for (${worker.address})`,
      connectErrors.ETIMEDOUT,
    );
    return 503;
  }
  if (reason.kind === 'dns') {
    const { hostname } = destination.parent ?? origin;
    if (destination.whenUnknown !== undefined) return destination.whenUnknown(destination, hostname);
    return unknownHost(request, hostname);
  }
  const { hostname, port, socketPath } = pool.target;
  if (reason.kind === 'tls') return handshakeFailed(destination, pool, reason);
  const last = reason.attempts.at(-1);
  if (last?.error.startsWith('ETUNNEL')) logNoTunnel(destination, pool, last);
  else if (last !== undefined) {
    const text = connectComplaint(protocol, { hostname, port, socketPath }, last.address);
    logForServer(request, text, entryOf(connectErrors, last.error));
  }
  disableWorker(request, worker);
  destination.whenFailed?.(destination, { kind: 'connect', hostname });
  return 503;
}

/** httpd: ap_proxy_determine_connection */
export function unknownHost(request: RequestRecord, hostname: string): HookStatus {
  return proxyError(request, 500, `DNS lookup failure for: ${hostname}`, connectErrors.ENOTFOUND);
}

/** A parent that opens no tunnel. httpd: modules/proxy/proxy_util.c send_http_connect, ap_proxy_connect_backend */
function logNoTunnel(
  { request, origin, protocol }: Destination,
  { target }: ConnectionPool,
  { address, error }: FailedAttempt,
): void {
  const status = error.slice('ETUNNEL '.length);
  if (status !== '')
    logForServer(request, `AH00950: send_http_connect: the remote proxy returned code is '${status}'`);
  const parent = `${address}:${target.port} (${target.hostname}:${target.port})`;
  const text = `AH00958: ${protocol}: attempt to connect to ${origin.hostname}:${origin.port} via http CONNECT through ${parent} failed`;
  logForServer(request, text, connectErrors.ETUNNEL);
}

/** httpd: modules/proxy/proxy_util.c ap_proxy_connect_backend */
export function connectComplaint(
  protocol: string,
  { hostname, port, socketPath }: Pick<Worker, 'hostname' | 'port' | 'socketPath'>,
  address: string,
): string {
  return socketPath === undefined
    ? `AH00957: ${protocol}: attempt to connect to ${address}:${port} (${hostname}:${port}) failed`
    : `AH02454: ${protocol}: attempt to connect to Unix domain socket ${socketPath} (${hostname}:${port}) failed`;
}

/** httpd: modules/ssl/ssl_engine_io.c ssl_io_filter_handshake, ap_proxy_pass_brigade */
function handshakeFailed(
  destination: Destination,
  pool: ConnectionPool,
  { address, failure }: Extract<NoConnection, { kind: 'tls' }>,
): HookStatus {
  const { request, protocol } = destination;
  const { target } = pool;
  const place = `${address}:${target.port} (${target.hostname})`;
  logTls(destination, pool, address, failure.peer, failure);
  request.log('proxy', 'error', `AH01084: pass request body failed to ${place}`, connectErrors.ETLS);
  // httpd's mod_proxy_http2 meets it as a session that ends at once.
  if (protocol === 'H2') return 503;
  const status = proxyError(request, 500, 'Error during SSL Handshake with remote server');
  destination.whenFailed?.(destination, { kind: 'tls', place });
  return status;
}

/** Tells the log of a new connection over TLS. */
function logTls(
  { request }: Destination,
  { target }: ConnectionPool,
  address: string | undefined,
  peer: TlsPeer | undefined,
  failure?: TlsFailure,
): void {
  const remote = `${address ?? target.socketPath}:${target.port}`;
  target.tls?.client.log(request.server, remote, peer, failure);
}

/** Tells the log what TLS said when an answer could not be read. httpd: ssl_io_input_read */
export function logLibraryError(
  { pool, address, libraryError }: BackendConnection,
  server: ServerRecord,
): void {
  if (libraryError === undefined) return;
  pool.target.tls?.client.logReadError(server, `${address}:${pool.target.port}`, libraryError);
}

/** httpd has connected by the time it finds that TLS is not switched on. httpd: ap_proxy_connect_backend, ap_proxy_connection_create */
async function refuseTls(destination: Destination): Promise<HookStatus> {
  const plain = { ...destination, isTls: false };
  const connection = await acquireConnection(plain, { isFresh: true });
  if (typeof connection === 'number') return connection;
  connection.destroy();
  const { request, origin, protocol } = destination;
  releaseWorkers(request);
  const { server } = request;
  const place = `${connection.address ?? origin.hostname}:${origin.port}`;
  if (server.errorLogger.wants('core', 'error', undefined)) {
    const message = 'AH01961:  failed to enable ssl support [Hint: if using mod_ssl, see SSLProxyEngine]';
    server.errorLogger.write({ module: 'core', level: 'error', message, server, remote: place });
  }
  logForServer(
    request,
    `AH00961: ${protocol}: failed to enable ssl support for ${place} (${origin.hostname})`,
  );
  return 500;
}

/** Takes a worker that cannot be connected to out of service, unless it ignores errors. */
function disableWorker(request: RequestRecord, worker: Worker): void {
  if (worker.is(WORKER.ignoreErrors)) return;
  worker.fail(request.server.plan.world.clock.now());
  const seconds = Math.floor((worker.parameters.retryMs ?? 60_000) / 1000);
  logForServer(
    request,
    `AH00959: ap_proxy_connect_backend disabling worker for (${worker.address}) for ${seconds}s`,
  );
}

/**
 * Says that the client's body could not be read before it was to be passed on, and to whom; the answer.
 * httpd: ap_proxy_prefetch_input
 */
export async function bodyFailed(destination: Destination): Promise<HookStatus> {
  const { request, worker } = destination;
  const address = await poolOf(destination)?.firstAddress();
  logUnreadBody(request, worker, address === undefined ? undefined : `${address.host}:${address.port}`);
  releaseWorkers(request);
  return request.body.failure ?? 400;
}

export function logUnreadBody(request: RequestRecord, worker: Worker, place = worker.address): void {
  const client = request.connection.clientAddress;
  const text = `AH01095: prefetch request body failed to ${place} (${worker.hostname}) from ${client} ()`;
  request.log('proxy', 'error', text, bodyError(request));
}

/** httpd: AP_FILTER_ERROR for what is malformed */
function bodyError({ body, connection }: RequestRecord): string {
  if (body.trailersFault !== undefined) return '(22)Invalid argument';
  if (body.failure === 408) return connectErrors.ETIMEDOUT!;
  if (body.isCutOff !== true) return '(-102)Unknown error -102';
  return connection.aborted ? connectErrors.ECONNRESET! : connectErrors.ETUNNEL!;
}

/** A message that is not about a client. */
function logForServer(request: RequestRecord, message: string, error?: string): void {
  const { server } = request;
  if (server.errorLogger.wants('proxy', 'error', undefined)) {
    server.errorLogger.write({ module: 'proxy', level: 'error', message, error, server });
  }
}

/** What a wait for the back end may last: `timeout=`, ProxyTimeout, Timeout. */
export function timeoutOf(server: ServerRecord, worker: Worker): number {
  return worker.parameters.timeoutMs ?? proxyServer.at(server.config).timeoutMs ?? server.timeoutMs ?? 60_000;
}

/**
 * The pool of the worker; the worker without a target of its own has one for each origin. Undefined where the back
 * end wants TLS and that is not switched on.
 */
export function poolOf(destination: Destination): ConnectionPool | undefined {
  const { request, origin, parent } = destination;
  const transport = transportOf(destination);
  const isPlain =
    parent === undefined && destination.isTls !== true && request.note('uds_path') === undefined;
  if (isPlain && transport.last?.origin === origin) return transport.last.pool;
  const pool = findPool(destination, transport);
  if (isPlain && pool !== undefined) transport.last = { origin, pool };
  return pool;
}

function transportOf({ worker }: Destination): WorkerTransport {
  worker.transport ??= { pools: new Map(), last: undefined };
  return worker.transport;
}

function findPool(destination: Destination, transport: WorkerTransport): ConnectionPool | undefined {
  const { request, worker, origin, parent } = destination;
  const socketPath = parent === undefined ? (worker.socketPath ?? request.note('uds_path')) : undefined;
  const { hostname, port } = parent ?? origin;
  const tls = destination.isTls === true ? targetTls(destination) : undefined;
  if (destination.isTls === true && tls === undefined) return undefined;
  const { pools } = transport;
  const place = socketPath ?? `${hostname}:${port}`;
  const tunnel = tls === undefined || parent === undefined ? undefined : tunnelHead(destination, parent);
  const key =
    tls === undefined ? place : `${place} ${tls.hostname} ${tls.protocols?.join() ?? ''} ${tunnel ?? ''}`;
  let pool = pools.get(key);
  if (pool === undefined || pool.target.tls?.client !== tls?.client) {
    pool?.close();
    const { server } = request;
    const timeoutMs = timeoutOf(server, worker);
    const { sourceAddress } = proxyServer.at(server.config);
    pool = new ConnectionPool(server.plan.world, worker, {
      hostname,
      port,
      socketPath,
      tunnel,
      localAddress: isPath(sourceAddress) ? undefined : sourceAddress,
      connectTimeoutMs: worker.parameters.connectionTimeoutMs ?? timeoutMs,
      timeoutMs,
      keepsConnections: worker.parameters.disableReuse !== true,
      tls,
    });
    if (pools.size >= mostPools) forgetPools(transport);
    pools.set(key, pool);
  }
  return pool;
}

/** What a parent is asked for a tunnel to the back end with. httpd: modules/proxy/proxy_util.c send_http_connect */
export function tunnelHead(
  { request, origin }: Omit<Destination, 'worker' | 'protocol'>,
  parent: ParentProxy,
): string {
  const { credentials } = parent;
  const authorization =
    credentials === undefined ? '' : `Proxy-Authorization: Basic ${encodeBase64(credentials)}\r\n`;
  const host = origin.hostname.includes(':') ? `[${origin.hostname}]` : origin.hostname;
  const agent = request.server.plan.process.serverBanner;
  return `CONNECT ${host}:${origin.port} HTTP/1.0\r\n${authorization}Proxy-agent: ${agent}\r\n\r\n`;
}

/** The name of the back end is the client's Host where ProxyPreserveHost is on. httpd: proxy-request-hostname */
function targetTls({ request, origin, tlsProtocols }: Destination): TargetTls | undefined {
  const client = request.server.plan.providers.find(backendTls, 'default')?.(request);
  if (client === undefined) return undefined;
  const { preserveHost = false } = proxyDirectory.of(request);
  const hostname = preserveHost ? (request.hostname ?? request.server.hostname) : origin.hostname;
  return { client, hostname, protocols: tlsProtocols };
}

/** A bound for the worker that serves any host. */
const mostPools = 1000;

function forgetPools(transport: WorkerTransport): void {
  for (const pool of transport.pools.values()) pool.close();
  transport.pools.clear();
  transport.last = undefined;
}

/** Closes what idles in the pools of a worker, and the rest as it comes back. */
export function closeConnections(worker: Worker): void {
  for (const pool of worker.transport?.pools.values() ?? []) pool.close();
}
