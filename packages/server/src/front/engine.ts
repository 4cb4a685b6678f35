import { performance } from 'node:perf_hooks';
import type { HeadOptions } from '@httpd-ts/http1';
import {
  type AddressServers,
  type ConnectionSecurity,
  type ConnectionStatus,
  connectionSecurity,
  headOptionsOf,
  type RequestTimeouts,
  requestTimeoutPolicies,
  type ServedPlan,
  type ServerRecord,
  type ThreadStatus,
  type TlsGreeting,
} from '@httpd-ts/kernel';

/** A connection as the engine watches over it. */
export interface Watched {
  /** Monotonic milliseconds after which `timeOut` is called. */
  deadline: number;
  timeOut(): void;
  /** Between two requests: may be closed without loss. */
  readonly isIdle: boolean;
  closeWhenIdle(): void;
  destroy(): void;
  status(nowMs: number): ConnectionStatus;
}

/** What the settings of an address's default server mean for its connections; computed once for each plan. */
export interface FrontSettings {
  readonly servers: AddressServers;
  readonly head: HeadOptions;
  readonly timeoutMs: number;
  readonly requestTimeouts: RequestTimeouts | undefined;
  /** What clients are greeted with who name no other server; undefined where no TLS is spoken. */
  readonly greeting: TlsGreeting | undefined;
}

/**
 * What the connections of one worker thread share: the plan in force, the sweep for deadlines, counters.
 */
export class Engine {
  plan: ServedPlan;
  readonly thread: number;
  readonly connections = new Set<Watched>();
  accesses = 0;
  bytes = 0;
  durationMs = 0;
  /** Set once no more requests are to be taken. */
  isStopping = false;
  /** Whether TLS is spoken anywhere, and by whom. */
  hasTls: boolean;
  security: ConnectionSecurity | undefined;
  private nextId = 1;
  private settings = new Map<string, FrontSettings>();
  private onEmpty: (() => void) | undefined = undefined;
  private sweep: NodeJS.Timeout | undefined = undefined;

  constructor(plan: ServedPlan, thread: number) {
    this.plan = plan;
    this.thread = thread;
    this.security = securityOf(plan);
    this.hasTls = this.security !== undefined;
  }

  /** Puts a new plan in force. Requests in flight keep theirs, which they hold by their server. */
  swap(plan: ServedPlan): void {
    this.plan = plan;
    this.security = securityOf(plan);
    this.hasTls = this.security !== undefined;
    this.settings = new Map();
  }

  connectionId(): number {
    return this.nextId++;
  }

  /** Settings for connections that arrive at a local address. */
  settingsFor(connection: { readonly localAddress: string; readonly localPort: number }): FrontSettings {
    const { virtualHosts } = this.plan;
    const localAddress = virtualHosts.dependsOnAddress ? connection.localAddress : '';
    const { localPort } = connection;
    const key = `${localAddress}|${localPort}`;
    let settings = this.settings.get(key);
    if (settings === undefined) {
      settings = frontSettings(this.plan, virtualHosts.forAddress(localAddress, localPort));
      this.settings.set(key, settings);
    }
    return settings;
  }

  watch(connection: Watched): void {
    this.connections.add(connection);
    this.sweep ??= setInterval(() => this.sweepDeadlines(), 250).unref();
  }

  unwatch(connection: Watched): void {
    this.connections.delete(connection);
    if (this.connections.size === 0) this.onEmpty?.();
  }

  /** Settles once there is no connection. */
  whenEmpty(): Promise<void> {
    return new Promise((resolve) => {
      if (this.connections.size === 0) resolve();
      else this.onEmpty = resolve;
    });
  }

  private sweepDeadlines(): void {
    const now = performance.now();
    for (const connection of this.connections) if (connection.deadline < now) connection.timeOut();
  }

  /** Ends idle connections now and the others after their request. */
  closeIdle(): void {
    this.isStopping = true;
    for (const connection of this.connections) connection.closeWhenIdle();
  }

  status(processId: number): ThreadStatus {
    const now = performance.now();
    return {
      processId,
      thread: this.thread,
      accesses: this.accesses,
      bytes: this.bytes,
      durationMs: this.durationMs,
      connections: [...this.connections].map((connection) => connection.status(now)),
    };
  }
}

/** Undefined where no server speaks TLS. */
function securityOf(plan: ServedPlan): ConnectionSecurity | undefined {
  const security = plan.providers.find(connectionSecurity, 'default');
  const speaks = plan.servers.some((server) => security?.greeting(server) !== undefined);
  return speaks ? security : undefined;
}

function frontSettings(plan: ServedPlan, servers: AddressServers): FrontSettings {
  const server: ServerRecord = servers.defaultServer;
  return {
    servers,
    head: headOptionsOf(server),
    timeoutMs: server.timeoutMs ?? 60_000,
    greeting: plan.providers.find(connectionSecurity, 'default')?.greeting(server),
    requestTimeouts: plan.providers.find(requestTimeoutPolicies, 'default')?.timeouts(server),
  };
}
