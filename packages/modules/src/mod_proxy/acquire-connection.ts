import type { HookStatus, RequestRecord, ServerRecord } from '@httpd-ts/kernel';
import type { BackendConnection } from './backend-connection.ts';
import { proxyServer } from './config.ts';
import { ConnectionPool, type NoConnection } from './connection-pool.ts';
import type { Origin } from './origin.ts';
import { proxyError } from './proxy-error.ts';
import { releaseWorkers } from './release-workers.ts';
import { retryWorker } from './retry-worker.ts';
import { WORKER, type Worker } from './worker.ts';

/** Where a request goes, and what the log calls the protocol: `http`, `FCGI`, `AJP`. */
export interface Destination {
  readonly request: RequestRecord;
  readonly worker: Worker;
  readonly origin: Origin;
  readonly protocol: string;
}

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
): BackendConnection | Promise<BackendConnection | HookStatus> {
  const pool = poolOf(destination);
  const idle = options.isFresh === true ? undefined : pool.takeIdle();
  if (idle !== undefined) return idle;
  return pool
    .connect()
    .then((connection) => ('stream' in connection ? connection : noConnection(destination, connection)));
}

const connectErrors: Readonly<Record<string, string>> = {
  ECONNREFUSED: '(111)Connection refused',
  ETIMEDOUT: '(70007)The timeout specified has expired',
  EHOSTUNREACH: '(113)No route to host',
  ECONNRESET: '(104)Connection reset by peer',
  ENOTFOUND: '(EAI 2)Name or service not known',
  EIO: '(5)Input/output error',
};

function noConnection(destination: Destination, reason: NoConnection): HookStatus {
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
    return proxyError(request, 500, `DNS lookup failure for: ${origin.hostname}`, connectErrors.ENOTFOUND);
  }
  const { port, socketPath } = poolOf(destination).target;
  for (const [i, { address, error }] of reason.attempts.entries()) {
    if (i < reason.attempts.length - 1) continue;
    const text =
      socketPath === undefined
        ? `AH00957: ${protocol}: attempt to connect to ${address}:${port} (${origin.hostname}:${port}) failed`
        : `AH02454: ${protocol}: attempt to connect to Unix domain socket ${socketPath} (${origin.hostname}:${port}) failed`;
    logForServer(request, text, connectErrors[error]);
  }
  disableWorker(request, worker);
  return 503;
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

/** The pool of the worker; the worker without a target of its own has one for each origin. */
export function poolOf({ request, worker, origin }: Omit<Destination, 'protocol'>): ConnectionPool {
  const socketPath = worker.socketPath ?? request.note('uds_path');
  worker.transport ??= new Map();
  const pools = worker.transport;
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

/** Closes what idles in the pools of a worker, and the rest as it comes back. */
export function closeConnections(worker: Worker): void {
  for (const pool of worker.transport?.values() ?? []) pool.close();
}
