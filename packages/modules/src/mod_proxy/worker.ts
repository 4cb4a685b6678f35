import type { SharedMemory } from '@httpd-ts/kernel';
import type { ConnectionPool } from './connection-pool.ts';
import type { Origin } from './origin.ts';

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
export const notUsable =
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

/** Ways in which mod_proxy_hcheck asks a worker, as `hcmethod=` names them. httpd: proxy_hcmethods */
export const healthCheckMethods = [
  'NONE',
  'TCP',
  'OPTIONS',
  'HEAD',
  'GET',
  'CPING',
  'OPTIONS11',
  'HEAD11',
  'GET11',
] as const;
export type HealthCheckMethod = (typeof healthCheckMethods)[number];

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
  hcMethod?: HealthCheckMethod;
  hcIntervalMs?: number;
  hcPasses?: number;
  hcFails?: number;
  hcUri?: string;
  /** Name of a ProxyHCExpr. */
  hcExpr?: string;
  statusOn?: number;
  statusOff?: number;
}

/**
 * Words of a worker's record, of 32 bits. Counters of 64 bits take two, the low word first. Members of a balancer have
 * theirs side by side, the same word of all of them in a row, so that an election reads memory as it lies.
 */
export const FIELD = {
  status: 0,
  lbStatus: 1,
  busy: 2,
  retries: 3,
  lbFactor: 4,
  lbSet: 5,
  settings: 6,
  elected: 8,
  transferred: 10,
  read: 12,
  errorTime: 14,
  answers: 16,
  failures: 18,
  checked: 20,
  checkPasses: 22,
  checkFails: 23,
} as const;
/** Words of one worker's record. */
export const WORKER_WORDS = 32;

// What was answered of late, in a ring of short spans. Each has its number since 1970, answers and failures.
const SPAN_WORDS = 3;
const SPANS = 60;
/** Milliseconds of one span of a worker's history. */
export const SPAN_MS = 5000;
/** Words of one worker's history. */
export const HISTORY_WORDS = SPANS * SPAN_WORDS;

const wordSize = 2 ** 32;

/** The connections of a worker in one thread. */
export interface WorkerTransport {
  /** By where they lead. */
  readonly pools: Map<string, ConnectionPool>;
  /** The pool without TLS that was asked for last; a worker with a place of its own asks for no other. */
  last: { readonly origin: Origin; readonly pool: ConnectionPool } | undefined;
}

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
  /** Its connections in this thread. */
  transport: WorkerTransport | undefined = undefined;
  /** Its record, once it has a place. */
  private placed: Int32Array | undefined = undefined;
  /** Where the first word of its record lies in `words`, and how far the next is from it. */
  private at = 0;
  private stride = 1;
  private history: Int32Array | undefined = undefined;
  private historyAt = 0;
  /** Counts changes that elections must know of, of all members of a balancer. */
  private changes: Int32Array | undefined = undefined;

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

  /** The memory that its record lies in: its own until it is placed. */
  private get words(): Int32Array {
    this.placed ??= new Int32Array(WORKER_WORDS);
    return this.placed;
  }

  /** Goes over to the memory that the threads share. httpd: ap_proxy_share_worker */
  share(memory: SharedMemory, owner: string): void {
    const name = `proxy worker ${owner} ${this.balancerName ?? ''} ${this.name}`;
    const words = new Int32Array(memory.region(name, WORKER_WORDS * 4));
    memory.exclusively(name, () => this.place(words));
  }

  /**
   * Takes its record at a place in shared memory. What is there from before a reload stays, but for what the
   * configuration says now and did not say then; true when it did say so. httpd: ap_proxy_initialize_worker
   */
  place(words: Int32Array, at = 0, stride = 1): boolean {
    this.placed = words;
    this.at = at;
    this.stride = stride;
    const { loadFactor = 100, lbSet = 0, statusOn = 0, statusOff = 0 } = this.parameters;
    const settings = settingsMark(loadFactor, lbSet, statusOn, statusOff);
    if (Atomics.load(words, this.word(FIELD.settings)) === settings) return false;
    const kept = Atomics.load(words, this.word(FIELD.status)) & (WORKER.inError | WORKER.healthCheckFailed);
    Atomics.store(words, this.word(FIELD.status), this.configuredStatus | kept | WORKER.initialized);
    Atomics.store(words, this.word(FIELD.lbFactor), loadFactor);
    Atomics.store(words, this.word(FIELD.lbSet), lbSet);
    Atomics.store(words, this.word(FIELD.settings), settings);
    return true;
  }

  /** Keeps its history in shared memory too, and counts its changes with those of all members of its balancer. */
  keepHistory(history: Int32Array, historyAt: number, changes: Int32Array): void {
    this.history = history;
    this.historyAt = historyAt;
    this.changes = changes;
  }

  private word(field: number): number {
    return this.at + field * this.stride;
  }

  private noteChange(): void {
    if (this.changes !== undefined) Atomics.add(this.changes, 0, 1);
  }

  /** The bits that the parameters set. */
  get configuredStatus(): number {
    const { statusOn = 0, statusOff = 0 } = this.parameters;
    const initial = this.balancerName === undefined ? WORKER.ignoreErrors : 0;
    return (initial | statusOn) & ~statusOff;
  }

  /** `localhost:8080`, or the path of a unix socket, as log messages show it. */
  get address(): string {
    return this.socketPath ?? `${this.hostname}:${this.port}`;
  }

  /** The shared memory that its record lies in: its first word is at `at`, each further one `stride` words on. */
  get record(): { readonly words: Int32Array; readonly at: number; readonly stride: number } {
    const { words, at, stride } = this;
    return { words, at, stride };
  }

  get status(): number {
    return Atomics.load(this.words, this.word(FIELD.status));
  }
  is(bit: number): boolean {
    return (Atomics.load(this.words, this.word(FIELD.status)) & bit) !== 0;
  }
  setStatus(bits: number): void {
    Atomics.or(this.words, this.word(FIELD.status), bits);
    this.noteChange();
  }
  clearStatus(bits: number): void {
    Atomics.and(this.words, this.word(FIELD.status), ~bits);
    this.noteChange();
  }
  get isUsable(): boolean {
    return (Atomics.load(this.words, this.word(FIELD.status)) & notUsable) === 0;
  }

  // These are read and written inside the balancer's lock.
  get lbStatus(): number {
    return this.words[this.word(FIELD.lbStatus)]!;
  }
  set lbStatus(value: number) {
    this.words[this.word(FIELD.lbStatus)] = value;
  }
  get lbFactor(): number {
    return this.words[this.word(FIELD.lbFactor)]!;
  }
  set lbFactor(value: number) {
    this.words[this.word(FIELD.lbFactor)] = value;
    this.noteChange();
  }
  get lbSet(): number {
    return this.words[this.word(FIELD.lbSet)]!;
  }
  set lbSet(value: number) {
    this.words[this.word(FIELD.lbSet)] = value;
    this.noteChange();
  }

  get busy(): number {
    return Atomics.load(this.words, this.word(FIELD.busy));
  }
  startRequest(): void {
    Atomics.add(this.words, this.word(FIELD.busy), 1);
  }
  endRequest(): void {
    if (Atomics.sub(this.words, this.word(FIELD.busy), 1) <= 0)
      Atomics.add(this.words, this.word(FIELD.busy), 1);
  }

  get elected(): number {
    return this.counter(FIELD.elected);
  }
  countElection(): void {
    this.addTo(FIELD.elected, 1);
  }
  /** Bytes sent to the back end. */
  get transferred(): number {
    return this.counter(FIELD.transferred);
  }
  countTransferred(bytes: number): void {
    this.addTo(FIELD.transferred, bytes);
  }
  /** Bytes read from the back end. */
  get read(): number {
    return this.counter(FIELD.read);
  }
  countRead(bytes: number): void {
    this.addTo(FIELD.read, bytes);
  }
  /** Begins to count bytes anew. */
  forgetTraffic(): void {
    this.storeCounter(FIELD.transferred, 0);
    this.storeCounter(FIELD.read, 0);
    this.noteChange();
  }
  get retries(): number {
    return Atomics.load(this.words, this.word(FIELD.retries));
  }

  /** Milliseconds since 1970 of the last error. */
  get errorTimeMs(): number {
    return this.counter(FIELD.errorTime);
  }

  /** Takes the worker out of service until its retry time is over. */
  fail(nowMs: number): void {
    this.storeCounter(FIELD.errorTime, Math.floor(nowMs));
    this.setStatus(WORKER.inError);
  }

  /** Lets a worker in error back in, if it is time. httpd: ap_proxy_retry_worker */
  retry(nowMs: number): 'ok' | 'stopped' | 'too soon' | 'retried' {
    const { status } = this;
    if ((status & WORKER.inError) === 0) return 'ok';
    if ((status & WORKER.stopped) !== 0) return 'stopped';
    const retryMs = this.parameters.retryMs ?? 60_000;
    // httpd counts microseconds: with retry=0 the next look always is late enough.
    const isLate = retryMs === 0 || nowMs > this.errorTimeMs + retryMs;
    if ((status & WORKER.ignoreErrors) === 0 && !isLate) return 'too soon';
    this.recover();
    return 'retried';
  }

  recover(): void {
    Atomics.add(this.words, this.word(FIELD.retries), 1);
    this.clearStatus(WORKER.inError);
  }

  /** Answers that the member has given, and those of them that were failures. */
  get answers(): number {
    return this.counter(FIELD.answers);
  }
  get failures(): number {
    return this.counter(FIELD.failures);
  }

  countAnswer(nowMs: number, isFailure: boolean): void {
    this.addTo(FIELD.answers, 1);
    if (isFailure) this.addTo(FIELD.failures, 1);
    const { history } = this;
    if (history === undefined) return;
    const span = Math.floor(nowMs / SPAN_MS);
    const at = this.historyAt + (span % SPANS) * SPAN_WORDS;
    if (Atomics.load(history, at) !== span) {
      Atomics.store(history, at + 1, 0);
      Atomics.store(history, at + 2, 0);
      Atomics.store(history, at, span);
    }
    Atomics.add(history, at + 1, 1);
    if (isFailure) Atomics.add(history, at + 2, 1);
  }

  /** Answers and failures of the last minutes, the oldest span first. */
  recentAnswers(nowMs: number): readonly { readonly answers: number; readonly failures: number }[] {
    const { history } = this;
    const last = Math.floor(nowMs / SPAN_MS);
    const spans: { answers: number; failures: number }[] = [];
    for (let span = last - SPANS + 1; span <= last; span++) {
      const at = this.historyAt + (span % SPANS) * SPAN_WORDS;
      const isKnown = history !== undefined && Atomics.load(history, at) === span;
      spans.push({
        answers: isKnown ? Atomics.load(history, at + 1) : 0,
        failures: isKnown ? Atomics.load(history, at + 2) : 0,
      });
    }
    return spans;
  }

  /** Milliseconds since 1970 of the last health check or change; 0 when there was none. httpd: worker->s->updated */
  get checkedMs(): number {
    return this.counter(FIELD.checked);
  }
  set checkedMs(value: number) {
    this.storeCounter(FIELD.checked, Math.floor(value));
  }
  /** Health checks passed since it failed. httpd: pcount */
  get checkPasses(): number {
    return Atomics.load(this.words, this.word(FIELD.checkPasses));
  }
  set checkPasses(value: number) {
    Atomics.store(this.words, this.word(FIELD.checkPasses), value);
  }
  /** Health checks failed since it worked. httpd: fcount */
  get checkFails(): number {
    return Atomics.load(this.words, this.word(FIELD.checkFails));
  }
  set checkFails(value: number) {
    Atomics.store(this.words, this.word(FIELD.checkFails), value);
  }
  /** A failed health check keeps it out of service until enough are passed. */
  markFailedCheck(failed: boolean): void {
    if (failed) this.setStatus(WORKER.healthCheckFailed);
    else this.clearStatus(WORKER.healthCheckFailed);
  }
  /** Notes the time of a failure that does not take the worker out by itself. */
  noteError(nowMs: number): void {
    this.storeCounter(FIELD.errorTime, Math.floor(nowMs));
  }

  /** While another thread carries over into the upper word, 4 GiB too little may be read for a moment. */
  private counter(field: number): number {
    const at = this.word(field);
    const upper = at + this.stride;
    for (;;) {
      const high = Atomics.load(this.words, upper);
      const low = Atomics.load(this.words, at) >>> 0;
      if (Atomics.load(this.words, upper) === high) return high * wordSize + low;
    }
  }

  private addTo(field: number, amount: number): void {
    const at = this.word(field);
    const before = Atomics.add(this.words, at, amount | 0) >>> 0;
    if (before + amount >= wordSize) Atomics.add(this.words, at + this.stride, 1);
  }

  private storeCounter(field: number, value: number): void {
    const at = this.word(field);
    Atomics.store(this.words, at + this.stride, Math.floor(value / wordSize));
    Atomics.store(this.words, at, (value % wordSize) | 0);
  }
}

/** A number that is never 0 and, but for one chance in four billion, differs when the settings do. */
function settingsMark(...settings: readonly number[]): number {
  const bits = new Uint32Array(new Float64Array(settings).buffer);
  let mark = 0x9e3779b9;
  for (const word of bits) {
    mark = Math.imul(mark ^ word, 0x85ebca6b);
    mark = Math.imul(mark ^ (mark >>> 13), 0xc2b2ae35);
    mark ^= mark >>> 16;
  }
  return mark === 0 ? 1 : mark;
}
