import type { Clock, ConnectError, ConnectTarget, Network, Stream, World } from '@httpd-ts/kernel';
import { BackendConnection } from './backend-connection.ts';
import type { BackendTls, TlsFailure } from './providers.ts';
import type { Worker } from './worker.ts';

/** Why there is no connection. */
export type NoConnection =
  | { readonly kind: 'dns' }
  | { readonly kind: 'busy' }
  /** The handshake failed, or the other side is not to be trusted. */
  | { readonly kind: 'tls'; readonly address: string; readonly failure: TlsFailure }
  | { readonly kind: 'failed'; readonly attempts: readonly FailedAttempt[] };

export interface FailedAttempt {
  readonly address: string;
  readonly error: ConnectError;
}

/** Where a pool connects to. */
export interface PoolTarget {
  readonly hostname: string;
  readonly port: number;
  readonly socketPath: string | undefined;
  readonly localAddress: string | undefined;
  readonly connectTimeoutMs: number;
  /** What a wait for the back end may last. */
  readonly timeoutMs: number;
  readonly keepsConnections: boolean;
  readonly tls: TargetTls | undefined;
  /** A head that asks the other side, a proxy, for a tunnel in which TLS begins. */
  readonly tunnel: string | undefined;
}

/** TLS of a target, and the name to ask for and to look for in the certificate. */
export interface TargetTls {
  readonly client: BackendTls;
  readonly hostname: string | undefined;
  /** Protocols to offer (ALPN). */
  readonly protocols: readonly string[] | undefined;
}

/** The failure of a handshake; undefined for another error. */
export function tlsFailure(error: ConnectError, client: BackendTls | undefined): TlsFailure | undefined {
  const [name, ...said] = error.split(' ');
  if (name !== 'ETLS') return undefined;
  return client?.failedHandshake(said.length === 0 ? undefined : said.join(' '));
}

const sweepMs = 100;
/** How long addresses are kept where `addressttl` does not say, and after a look-up that failed. */
const standardTtlSeconds = 30;
const failedLookupTtlSeconds = 5;

/**
 * The connections of one worker in this thread: idle ones to be used again, the newest first, and those in use.
 * httpd: proxy_conn_pool, apr_reslist
 */
export class ConnectionPool {
  readonly target: PoolTarget;
  readonly worker: Worker;
  /** In use, being made or idle. */
  readonly all = new Set<BackendConnection>();
  private readonly network: Network;
  private readonly clock: Clock;
  private readonly idle: BackendConnection[] = [];
  private readonly waiting: ((connection: BackendConnection | 'go on' | undefined) => void)[] = [];
  private addresses: readonly string[] | undefined = undefined;
  private addressesUntilMs = Number.POSITIVE_INFINITY;
  private lookup: Promise<readonly string[] | undefined> | undefined = undefined;
  private opening = 0;
  private readonly watcher: DeadlineWatcher;
  private isWatched = false;
  private isClosed = false;

  constructor(world: World, worker: Worker, target: PoolTarget) {
    this.network = world.network;
    this.clock = world.clock;
    this.watcher = watcherOf(world);
    this.worker = worker;
    this.target = target;
  }

  now(): number {
    return this.clock.monotonic();
  }

  /** An idle connection that is still open. */
  takeIdle(): BackendConnection | undefined {
    const { ttlMs } = this.worker.parameters;
    for (let connection = this.idle.pop(); connection !== undefined; connection = this.idle.pop()) {
      if (ttlMs !== undefined && this.now() - connection.idleSinceMs >= ttlMs) {
        connection.destroy();
        continue;
      }
      connection.isReused = true;
      this.watch();
      return connection;
    }
    return undefined;
  }

  /** A new connection; waits for its turn where `max` is reached. */
  connect(): Promise<BackendConnection | NoConnection> {
    const { max } = this.worker.parameters;
    const isFull = max !== undefined && max > 0 && this.all.size + this.opening >= max;
    return isFull ? this.connectInTurn() : this.open();
  }

  private async connectInTurn(): Promise<BackendConnection | NoConnection> {
    const connection = await this.waitForTurn();
    if (connection === undefined) return { kind: 'busy' };
    return connection === 'go on' ? this.open() : connection;
  }

  private waitForTurn(): Promise<BackendConnection | 'go on' | undefined> {
    return new Promise((resolve) => {
      const { acquireMs } = this.worker.parameters;
      const timer =
        acquireMs === undefined
          ? undefined
          : this.clock.after(acquireMs, () => {
              const at = this.waiting.indexOf(take);
              if (at >= 0) this.waiting.splice(at, 1);
              resolve(undefined);
            });
      const take = (connection: BackendConnection | 'go on' | undefined) => {
        timer?.cancel();
        resolve(connection);
      };
      this.waiting.push(take);
    });
  }

  private async open(): Promise<BackendConnection | NoConnection> {
    this.opening++;
    try {
      const { hostname, socketPath } = this.target;
      const found = socketPath === undefined ? this.resolve(hostname) : [socketPath];
      const addresses = found instanceof Promise ? await found : found;
      if (addresses === undefined || addresses.length === 0) return { kind: 'dns' };
      const attempts: FailedAttempt[] = [];
      for (const address of addresses) {
        const stream = await this.network.connect(this.connectTarget(address));
        if (typeof stream !== 'string') return this.trust(stream, address);
        const failure = tlsFailure(stream, this.target.tls?.client);
        if (failure !== undefined) return { kind: 'tls', address, failure };
        attempts.push({ address, error: stream });
      }
      return { kind: 'failed', attempts };
    } finally {
      this.opening--;
    }
  }

  private connectTarget(address: string): ConnectTarget {
    const { port, socketPath, localAddress, connectTimeoutMs } = this.target;
    return {
      ...(socketPath === undefined ? { host: address, port } : { path: socketPath }),
      timeoutMs: connectTimeoutMs,
      reusesMemory: true,
      probesWhileIdle: this.worker.parameters.keepAlive === true,
      ...this.tlsTarget(),
      ...(localAddress === undefined ? {} : { localAddress }),
    };
  }

  private tlsTarget() {
    const { tls, timeoutMs } = this.target;
    if (tls === undefined) return {};
    const { hostname } = tls;
    // An address is no server name.
    const serverName = hostname === undefined || /^[\d.]+$|:/.test(hostname) ? undefined : hostname;
    const protocols = tls.protocols === undefined ? {} : { protocols: tls.protocols };
    const { tunnel } = this.target;
    return {
      ...(tunnel === undefined ? {} : { tunnel }),
      tls: { settings: tls.client.settings, serverName, handshakeTimeoutMs: timeoutMs, ...protocols },
    };
  }

  /** A connection over TLS is used only when the other side shows the certificate it should. */
  private trust(stream: Stream, address: string): BackendConnection | NoConnection {
    const { tls } = this.target;
    const failure =
      tls === undefined || stream.tls === undefined
        ? undefined
        : tls.client.judge(stream.tls, tls.hostname, this.clock.now());
    if (failure === undefined) return this.adopt(stream, address);
    stream.destroy();
    return { kind: 'tls', address, failure };
  }

  /** Addresses of the host; they are looked up again when their time is over. httpd: ap_proxy_determine_address */
  private resolve(hostname: string): Promise<readonly string[] | undefined> | readonly string[] {
    if (this.addresses !== undefined && this.now() < this.addressesUntilMs) return this.addresses;
    this.lookup ??= this.lookUp(hostname).finally(() => {
      this.lookup = undefined;
    });
    return this.lookup;
  }

  /**
   * httpd keeps an address for ever unless `addressttl` says otherwise. Here it is kept for a while, and for longer
   * when the name can no longer be looked up; `addressttl=-1` is as httpd.
   */
  private async lookUp(hostname: string): Promise<readonly string[] | undefined> {
    const { addressTtlSeconds } = this.worker.parameters;
    const found = await this.network.resolve(hostname);
    const addresses = found ?? (addressTtlSeconds === undefined ? this.addresses : undefined);
    const ttlSeconds =
      addressTtlSeconds ?? (found === undefined ? failedLookupTtlSeconds : standardTtlSeconds);
    this.addressesUntilMs = ttlSeconds < 0 ? Number.POSITIVE_INFINITY : this.now() + ttlSeconds * 1000;
    this.addresses = this.target.keepsConnections || addressTtlSeconds !== -1 ? addresses : undefined;
    if (addresses !== undefined) this.leaveAddressesOtherThan(addresses);
    return addresses;
  }

  /** What is connected to an address that the host no longer has serves no further request. */
  private leaveAddressesOtherThan(addresses: readonly string[]): void {
    for (const connection of this.all) {
      if (connection.address === undefined || addresses.includes(connection.address)) continue;
      connection.mustClose = true;
      if (connection.exchange === undefined) connection.destroy();
    }
  }

  /** The first address that would be tried; undefined for a unix socket, and where the name is unknown. */
  async firstAddress(): Promise<{ readonly host: string; readonly port: number } | undefined> {
    const { hostname, port, socketPath } = this.target;
    const [host] = socketPath === undefined ? ((await this.resolve(hostname)) ?? []) : [];
    return host === undefined ? undefined : { host, port };
  }

  /** Takes a stream in: one that was connected to an address, or one of those that share a connection. */
  adopt(stream: Stream, address?: string): BackendConnection {
    const connection = new BackendConnection(stream, this);
    if (this.target.socketPath === undefined && address !== undefined) connection.address = address;
    this.all.add(connection);
    this.watch();
    return connection;
  }

  /** Takes a connection back after an exchange. */
  release(connection: BackendConnection): void {
    if (!this.target.keepsConnections || connection.mustClose || this.isClosed) {
      connection.destroy();
      return;
    }
    const { softMax, ttlMs } = this.worker.parameters;
    const isSurplus = softMax !== undefined && ttlMs !== undefined && this.idle.length >= softMax;
    connection.idleSinceMs = this.now();
    connection.deadlineMs = Number.POSITIVE_INFINITY;
    const next = this.waiting.shift();
    if (next !== undefined) {
      connection.isReused = true;
      next(connection);
      return;
    }
    if (isSurplus) this.dropExpired(ttlMs);
    this.idle.push(connection);
  }

  private dropExpired(ttlMs: number): void {
    const oldest = this.idle[0];
    if (oldest !== undefined && this.now() - oldest.idleSinceMs >= ttlMs) oldest.destroy();
  }

  /** Called by a connection that has ended. */
  forget(connection: BackendConnection): void {
    if (!this.all.delete(connection)) return;
    const at = this.idle.indexOf(connection);
    if (at >= 0) this.idle.splice(at, 1);
    this.waiting.shift()?.('go on');
  }

  /** Closes what is idle now and the rest as it comes back. */
  close(): void {
    this.isClosed = true;
    for (const connection of [...this.idle]) connection.destroy();
  }

  get idleCount(): number {
    return this.idle.length;
  }

  /** Connections that are kept must not hide that the host has moved. */
  private refreshAddresses(): void {
    const { hostname, socketPath } = this.target;
    if (socketPath === undefined) void this.resolve(hostname);
  }

  private watch(): void {
    if (this.isWatched) return;
    this.isWatched = true;
    this.watcher.add(this);
  }

  /** Looks after the deadlines of connections in use; false when there are none. */
  sweep(): boolean {
    const now = this.now();
    for (const connection of this.all) if (connection.deadlineMs < now) connection.timeOut();
    if (now >= this.addressesUntilMs) this.refreshAddresses();
    this.isWatched = this.all.size > this.idle.length;
    return this.isWatched;
  }
}

/** Looks after all pools of this thread that have connections in use, with one timer. */
class DeadlineWatcher {
  private readonly clock: Clock;
  private readonly pools = new Set<ConnectionPool>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  add(pool: ConnectionPool): void {
    this.pools.add(pool);
    if (this.pools.size === 1) this.wait();
  }

  private wait(): void {
    this.clock.after(sweepMs, () => {
      for (const pool of this.pools) if (!pool.sweep()) this.pools.delete(pool);
      if (this.pools.size > 0) this.wait();
    });
  }
}

const watchers = new WeakMap<World, DeadlineWatcher>();

function watcherOf(world: World): DeadlineWatcher {
  let watcher = watchers.get(world);
  if (watcher === undefined) {
    watcher = new DeadlineWatcher(world.clock);
    watchers.set(world, watcher);
  }
  return watcher;
}
