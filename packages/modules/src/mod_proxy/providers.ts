import {
  type DirectiveContext,
  type HookResult,
  type HookStatus,
  type LogLevel,
  type ProviderRegistry,
  providerKind,
  type RequestRecord,
  type ServerRecord,
  type TlsPeer,
  type TlsSettings,
} from '@httpd-ts/kernel';
import type { BalancerHooks, LbMethod } from './balancer.ts';
import type { ParentProxy } from './config.ts';
import type { Origin } from './origin.ts';
import type { Worker, WorkerParameters } from './worker.ts';

/** How requests for one URL scheme are sent on. Provided under the scheme's name, such as `http`; tunnels under `CONNECT`. */
export interface ProxyScheme {
  /**
   * Answers the request from the back end. `path` is what to ask for, with its query. A status of 503 lets a
   * balancer try another member. When the exchange with the back end is over, `releaseWorkers` must be called.
   * `parent` is a proxy to go through (ProxyRemote).
   */
  handle(
    request: RequestRecord,
    worker: Worker,
    origin: Origin,
    path: string,
    parent?: ParentProxy,
  ): HookResult;
  /**
   * Brings a URL of the scheme into its canonical form, before the handler's turn: the new URL, or the status to
   * answer. `url` has neither `proxy:` nor a unix socket before it. Left out, URLs stay as they are. httpd: the hook canon_handler
   */
  canonicalize?(request: RequestRecord, url: string): string | HookStatus;
}

export const proxySchemes = providerKind<ProxyScheme>('proxy-scheme');

/** Why requests for a scheme cannot be sent on here, by the scheme's name: a worker of it stops the server. */
export const unservedSchemes = providerKind<{ readonly module: string; readonly reason: string }>(
  'unserved-proxy-scheme',
);

/** Schemes whose first message is HTTP, which HTTP carries where no module of their own is there. */
const carriedByHttp: Readonly<Record<string, string>> = { ws: 'http', wss: 'https' };

/** What sends requests for a scheme on. */
export function findScheme(providers: ProviderRegistry, scheme: string): ProxyScheme | undefined {
  const own = providers.find(proxySchemes, scheme);
  if (own !== undefined || !Object.hasOwn(carriedByHttp, scheme)) return own;
  return providers.find(proxySchemes, carriedByHttp[scheme]!);
}

/** Load balancing methods by the name that `lbmethod=` uses. httpd: PROXY_LBMETHOD */
export const lbMethods = providerKind<LbMethod>('proxylbmethod');

/** What mod_proxy_hcheck does for the parameters of members. Provided as `default`. */
export interface HealthChecks {
  /** Takes a parameter `hc…`; a text is the complaint. */
  setParameter(
    parameters: WorkerParameters,
    key: string,
    value: string,
    cmd: DirectiveContext,
  ): string | undefined;
  /** The conditions of a server by name, as they were written. */
  expressions(server: ServerRecord): ReadonlyMap<string, string>;
}

export const healthChecks = providerKind<HealthChecks>('proxy-hcheck');

/** The balancer module registers itself as `default`. */
export const balancerHooks = providerKind<BalancerHooks>('proxy-balancer');

/** TLS towards back ends as a request's configuration has it; the same object for the same configuration. */
export interface BackendTls {
  readonly settings: TlsSettings;
  /** What is wrong with the other side; undefined when it may be trusted. `hostname` is whom we meant. */
  judge(peer: TlsPeer, hostname: string | undefined, nowMs: number): TlsFailure | undefined;
  /** A handshake that failed, with what the library says of it. */
  failedHandshake(libraryError: string | undefined): TlsFailure;
  /**
   * Tells the log of a new connection, with what is known of the other side, and why it is not used. `remote` is
   * address and port of the other side.
   */
  log(server: ServerRecord, remote: string, peer: TlsPeer | undefined, failure?: TlsFailure): void;
  /** Tells the log what the library said when nothing could be read. */
  logReadError(server: ServerRecord, remote: string, libraryError: string): void;
}

/** Why a connection over TLS is not used: lines of the log. */
export interface TlsFailure {
  /** Undefined where the handshake came to nothing. */
  readonly peer: TlsPeer | undefined;
  readonly lines: readonly {
    readonly level: LogLevel;
    readonly message: string;
    /** Whether the line names the other side. */
    readonly isOfConnection: boolean;
  }[];
}

/** The TLS module registers itself as `default`. It gives undefined where TLS to back ends is not switched on. */
export const backendTls = providerKind<(request: RequestRecord) => BackendTls | undefined>('proxy-tls');
