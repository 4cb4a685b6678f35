/**
 * What modules that carry a protocol need from mod_proxy. A protocol is a module that provides a scheme:
 *
 *     providers: [proxySchemes.provide('fcgi', { handle, canonicalize })]
 *
 * `handle(request, worker, origin, path)` answers one request:
 *
 * 1. `isWorkerReady(request, worker, 'FCGI')`, else answer 503: looks after `retry=` and the states of workers.
 * 2. `acquireConnection({ request, worker, origin, protocol })` gives a connection of the worker's pool, over TCP or
 *    its unix socket, new or kept (`max`, `smax`, `ttl`, `acquire`, `connectiontimeout`, `addressttl`,
 *    `ProxySourceAddress` are done there), or the status to answer. With `isTls` it speaks
 *    TLS as SSLProxyEngine and its like say.
 * 3. An exchange of a class that extends `BackendExchange`. It writes the request to `connection.stream`, passes the
 *    body on with `sendBody`, calls `connection.expectData(timeoutOf(request.server, worker))`, and its `wait()` is
 *    what `handle` returns. See there for what it reads and calls. `connection.mustClose` says that the connection
 *    cannot serve again; `connection.protocolState` is the protocol's own from one exchange to the next.
 * 4. Fields of the answer go through `mapLocation` and `mapCookie`; `overridesError` says whether the answer's body
 *    gives way to a page of ours (then `fail(status)`). `proxyError` makes the page of a failed exchange.
 */

export {
  acquireConnection,
  bodyFailed,
  type ConnectionFailure,
  connectComplaint,
  connectErrors,
  type Destination,
  isWorkerReady,
  logLibraryError,
  logUnreadBody,
  timeoutOf,
  tunnelHead,
  unknownHost,
} from './acquire-connection.ts';
export type { BackendConnection, BackendFailure, ConnectionUser } from './backend-connection.ts';
export { BackendExchange, failureTexts, overridesError } from './backend-exchange.ts';
export type {
  Balancer,
  BalancerHooks,
  BalancerParameters,
  ChoosingMethod,
  ElectingMethod,
  Election,
  LbMethod,
  MemberRun,
  MemberTable,
} from './balancer.ts';
export type {
  BalancerChanges,
  BalancerState,
  ChangedBalancer,
  MemberChanges,
  PastChange,
} from './balancer-state.ts';
export { canonicalPath, hasControlOrSpace } from './canonical-path.ts';
export {
  type ParentProxy,
  type ProxyDirectoryConfig,
  type ProxyServerConfig,
  proxyDirectory,
  proxyServer,
} from './config.ts';
export { type ConnectionPool, tlsFailure } from './connection-pool.ts';
export { existingBalancer, existingWorker, newMember } from './define-worker.ts';
export { type Origin, pathStart } from './origin.ts';
export { atof } from './parse-parameters.ts';
export { PrefetchedBody } from './prefetched-body.ts';
export {
  type BackendTls,
  backendTls,
  balancerHooks,
  findScheme,
  type HealthChecks,
  healthChecks,
  lbMethods,
  type ProxyScheme,
  proxySchemes,
  type TlsFailure,
  unservedSchemes,
} from './providers.ts';
export { proxyError } from './proxy-error.ts';
export { proxyPlanOf } from './proxy-plan.ts';
export { ReadToCloseExchange } from './read-to-close.ts';
export { occupyWorker, releaseWorkers } from './release-workers.ts';
export { listedNames, makeBackendHead, viaValue } from './request-head.ts';
export { type BodyFraming, unframed } from './request-sender.ts';
export { retryWorker } from './retry-worker.ts';
export { mapCookie, mapLocation } from './reverse-map.ts';
export { shareWorkers } from './share-workers.ts';
export { statusText } from './status-text.ts';
export { canonicalTarget, canonicalUrl } from './translate.ts';
export { runTunnel, type TunnelEnd } from './tunnel.ts';
export {
  FIELD,
  type HealthCheckMethod,
  healthCheckMethods,
  notUsable,
  SPAN_MS,
  statusFlags,
  WORKER,
  Worker,
  type WorkerParameters,
} from './worker.ts';
