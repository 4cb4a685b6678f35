import type { SharedMemory } from '@httpd-ts/kernel';
import type { ConnectionPool } from './connection-pool.ts';

// httpd: modules/proxy/mod_proxy.h PROXY_WORKER_*
/** Bits of a worker's status. */
export const WORKER = {
  initialized: 0x0001,
  ignoreErrors: 0x0002,
  draining: 0x0004,
  generic: 0x0008,
  inShutdown: 0x0010,
  disabled: 0x0020,
  stopped: 0x0040,
  inError: 0x0080,
  hotStandby: 0x0100,
  freed: 0x0200,
  healthCheckFailed: 0x0400,
  hotSpare: 0x0800,
} as const;

/** A worker in such a state gets no request. httpd: PROXY_WORKER_NOT_USABLE_BITMAP */
const notUsable =
  WORKER.inShutdown | WORKER.disabled | WORKER.stopped | WORKER.inError | WORKER.healthCheckFailed;

/** The letters of `status=` with their bits. httpd: modules/proxy/proxy_util.c proxy_wstat_tbl */
export const statusFlags: Readonly<Record<string, number>> = {
  I: WORKER.ignoreErrors,
  N: WORKER.draining,
  D: WORKER.disabled,
  S: WORKER.stopped,
  E: WORKER.inError,
  H: WORKER.hotStandby,
  R: WORKER.hotSpare,
  C: WORKER.healthCheckFailed,
};

/** What the parameters of a worker say; a field left out has httpd's default. */
export interface WorkerParameters {
  /** Hundredths: `loadfactor=1.5` is 150. */
  loadFactor?: number;
  retryMs?: number;
  ttlMs?: number;
  min?: number;
  max?: number;
  softMax?: number;
  acquireMs?: number;
  timeoutMs?: number;
  connectionTimeoutMs?: number;
  pingMs?: number;
  ioBufferSize?: number;
  receiveBufferSize?: number;
  keepAlive?: boolean;
  disableReuse?: boolean;
  flushPackets?: 'on' | 'off' | 'auto';
  flushWaitMs?: number;
  lbSet?: number;
  responseFieldSize?: number;
  addressTtlSeconds?: number;
  route?: string;
  redirect?: string;
  upgrade?: string;
  secret?: string;
  flusher?: string;
  statusOn?: number;
  statusOff?: number;
}

// Places in the shared record of a worker, in 32 bit words. Counters of 64 bits take two, the low word first.
const STATUS = 0;
const LB_STATUS = 1;
const BUSY = 2;
const RETRIES = 3;
const LB_FACTOR = 4;
const LB_SET = 5;
const SETTINGS = 6;
const ELECTED = 8;
const TRANSFERRED = 10;
const READ = 12;
const ERROR_TIME = 14;
const WORDS = 16;

const wordSize = 2 ** 32;

/**
 * A place that requests are sent to: a URL prefix with its parameters, and what is known of its state. The state
 * lies in memory that all threads share. httpd: proxy_worker, proxy_worker_shared
 */
export class Worker {
  /** The URL in its normal form: `http://10.0.0.1:8080/app`. */
  readonly name: string;
  readonly scheme: string;
  readonly hostname: string;
  readonly port: number;
  /** Path of a unix socket to connect to instead. */
  readonly socketPath: string | undefined;
  /** Of ProxyPassMatch: the name holds `$1` and its like. */
  readonly isMatch: boolean;
  /** Name of the balancer it is a member of. */
  readonly balancerName: string | undefined;
  readonly parameters: WorkerParameters = {};
  /** Its connections in this thread, by where they lead. */
  transport: Map<string, ConnectionPool> | undefined = undefined;
  private words: Int32Array = new Int32Array(WORDS);

  constructor(spec: {
    readonly name: string;
    readonly scheme: string;
    readonly hostname: string;
    readonly port: number;
    readonly socketPath?: string | undefined;
    readonly isMatch?: boolean;
    readonly balancerName?: string | undefined;
  }) {
    this.name = spec.name;
    this.scheme = spec.scheme;
    this.hostname = spec.hostname;
    this.port = spec.port;
    this.socketPath = spec.socketPath;
    this.isMatch = spec.isMatch ?? false;
    this.balancerName = spec.balancerName;
    if (this.isMatch && this.name.includes('$')) this.parameters.disableReuse = true;
  }

  /**
   * Goes over to the memory that the threads share. What is there from before a reload stays, but for what the
   * configuration says now and did not say then. httpd: ap_proxy_share_worker, ap_proxy_initialize_worker
   */
  share(memory: SharedMemory, owner: string): void {
    const name = `proxy worker ${owner} ${this.balancerName ?? ''} ${this.name}`;
    const words = new Int32Array(memory.region(name, WORDS * 4));
    memory.exclusively(name, () => {
      this.words = words;
      const { loadFactor = 100, lbSet = 0, statusOn = 0, statusOff = 0 } = this.parameters;
      const settings = settingsMark(loadFactor, lbSet, statusOn, statusOff);
      if (Atomics.load(words, SETTINGS) === settings) return;
      const kept = Atomics.load(words, STATUS) & WORKER.inError;
      const initial = this.balancerName === undefined ? WORKER.ignoreErrors : 0;
      Atomics.store(words, STATUS, (((initial | statusOn) & ~statusOff) | kept | WORKER.initialized) >>> 0);
      Atomics.store(words, LB_FACTOR, loadFactor);
      Atomics.store(words, LB_SET, lbSet);
      Atomics.store(words, SETTINGS, settings);
    });
  }

  /** `localhost:8080`, or the path of a unix socket, as log messages show it. */
  get address(): string {
    return this.socketPath ?? `${this.hostname}:${this.port}`;
  }

  get status(): number {
    return Atomics.load(this.words, STATUS);
  }
  is(bit: number): boolean {
    return (Atomics.load(this.words, STATUS) & bit) !== 0;
  }
  setStatus(bits: number): void {
    Atomics.or(this.words, STATUS, bits);
  }
  clearStatus(bits: number): void {
    Atomics.and(this.words, STATUS, ~bits);
  }
  get isUsable(): boolean {
    return (Atomics.load(this.words, STATUS) & notUsable) === 0;
  }

  get lbStatus(): number {
    return Atomics.load(this.words, LB_STATUS);
  }
  set lbStatus(value: number) {
    Atomics.store(this.words, LB_STATUS, value);
  }
  get lbFactor(): number {
    return Atomics.load(this.words, LB_FACTOR);
  }
  get lbSet(): number {
    return Atomics.load(this.words, LB_SET);
  }

  get busy(): number {
    return Atomics.load(this.words, BUSY);
  }
  startRequest(): void {
    Atomics.add(this.words, BUSY, 1);
  }
  endRequest(): void {
    if (Atomics.sub(this.words, BUSY, 1) <= 0) Atomics.add(this.words, BUSY, 1);
  }

  get elected(): number {
    return this.counter(ELECTED);
  }
  countElection(): void {
    this.addTo(ELECTED, 1);
  }
  /** Bytes sent to the back end. */
  get transferred(): number {
    return this.counter(TRANSFERRED);
  }
  countTransferred(bytes: number): void {
    this.addTo(TRANSFERRED, bytes);
  }
  /** Bytes read from the back end. */
  get read(): number {
    return this.counter(READ);
  }
  countRead(bytes: number): void {
    this.addTo(READ, bytes);
  }
  get retries(): number {
    return Atomics.load(this.words, RETRIES);
  }

  /** Milliseconds since 1970 of the last error. */
  get errorTimeMs(): number {
    return this.counter(ERROR_TIME);
  }

  /** Takes the worker out of service until its retry time is over. */
  fail(nowMs: number): void {
    this.storeCounter(ERROR_TIME, Math.floor(nowMs));
    this.setStatus(WORKER.inError);
  }

  /** Lets a worker in error back in, if it is time. httpd: ap_proxy_retry_worker */
  retry(nowMs: number): 'ok' | 'stopped' | 'too soon' | 'retried' {
    const { status } = this;
    if ((status & WORKER.inError) === 0) return 'ok';
    if ((status & WORKER.stopped) !== 0) return 'stopped';
    const retryMs = this.parameters.retryMs ?? 60_000;
    if ((status & WORKER.ignoreErrors) === 0 && nowMs <= this.errorTimeMs + retryMs) return 'too soon';
    this.recover();
    return 'retried';
  }

  recover(): void {
    Atomics.add(this.words, RETRIES, 1);
    this.clearStatus(WORKER.inError);
  }

  private counter(at: number): number {
    for (;;) {
      const high = Atomics.load(this.words, at + 1);
      const low = Atomics.load(this.words, at) >>> 0;
      if (Atomics.load(this.words, at + 1) === high) return high * wordSize + low;
    }
  }

  private addTo(at: number, amount: number): void {
    const before = Atomics.add(this.words, at, amount | 0) >>> 0;
    if (before + amount >= wordSize) Atomics.add(this.words, at + 1, 1);
  }

  private storeCounter(at: number, value: number): void {
    Atomics.store(this.words, at + 1, Math.floor(value / wordSize));
    Atomics.store(this.words, at, (value % wordSize) | 0);
  }
}

/** A number that is never 0 and differs when the settings do. */
function settingsMark(...settings: readonly number[]): number {
  let mark = 17;
  for (const setting of settings) mark = (Math.imul(mark, 31) + setting) | 0;
  return mark === 0 ? 1 : mark;
}
