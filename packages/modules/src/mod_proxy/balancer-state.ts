import type { SharedMemory, World } from '@httpd-ts/kernel';
import { encodeHex, entryOf } from '@httpd-ts/kernel';
import { closeConnections } from './acquire-connection.ts';
import type { Balancer, BalancerParameters } from './balancer.ts';
import { newMember } from './define-worker.ts';
import {
  FIELD,
  HISTORY_WORDS,
  statusFlags,
  WORKER,
  WORKER_WORDS,
  type Worker,
  type WorkerParameters,
} from './worker.ts';

/** Parameters of a member that can be changed at run time, beside its status. */
export type ChangeableParameters = Pick<
  WorkerParameters,
  | 'loadFactor'
  | 'lbSet'
  | 'route'
  | 'redirect'
  | 'hcMethod'
  | 'hcIntervalMs'
  | 'hcPasses'
  | 'hcFails'
  | 'hcUri'
  | 'hcExpr'
>;

/** What was changed of a member at run time; what is left out is as the configuration says. */
export interface MemberChanges extends ChangeableParameters {
  /** Letters of `status=` that were switched on or off. */
  readonly status?: Readonly<Record<string, boolean>>;
}

/** Parameters of a balancer that can be changed at run time. */
export type ChangedBalancer = Partial<
  Pick<
    BalancerParameters,
    'lbMethod' | 'timeoutMs' | 'maxAttempts' | 'stickyForce' | 'stickyCookie' | 'stickyPath'
  >
>;

/** All that differs from the configuration files. */
export interface BalancerChanges {
  readonly parameters: ChangedBalancer;
  readonly members: Readonly<Record<string, MemberChanges>>;
  /** Names of members that no file has, in the order they came. */
  readonly added: readonly string[];
  /** Names of members of the files that were taken out. */
  readonly removed: readonly string[];
}

/** A change that can be undone. */
export interface PastChange {
  readonly atMs: number;
  readonly what: string;
  /** All changes as they were before it. */
  readonly before: BalancerChanges;
}

interface StoredState extends BalancerChanges {
  readonly nonce: string;
  /** What the files said of the balancer when its parameters were changed last. */
  readonly configured: string;
  readonly slots: Readonly<Record<string, number>>;
  /** When members that are no more were taken out: their places are free some time later. */
  readonly gone: Readonly<Record<string, number>>;
  readonly past: readonly PastChange[];
}

export const noChanges: BalancerChanges = { parameters: {}, members: {}, added: [], removed: [] };

const slotsOfChunk = 128;
const pastKept = 20;
/** A place is used again when nothing can refer to it any more. */
const reuseAfterMs = 60_000;

// Words of the head.
const VERSION = 0;
const CAPACITY = 1;
const LENGTH = 2;
const NEEDS_RESET = 3;
const METHOD_CHANGED = 4;
const CHANGES = 5;
const PROCESS = 6;

const leastCapacity = 4096;

/** What members have when nothing is said. */
const standard = { loadFactor: 100, lbSet: 0, route: '', redirect: '' };

/** The entries that `base` has not, or otherwise. */
function differing<T extends object>(values: T, base: object): T {
  const entries = Object.entries(values).filter(
    ([name, value]) => value !== undefined && value !== (base as Record<string, unknown>)[name],
  );
  return Object.fromEntries(entries) as T;
}

/** Names of what can be changed, of members and balancers. */
const changeable = [
  'loadFactor',
  'lbSet',
  'route',
  'redirect',
  'hcMethod',
  'hcIntervalMs',
  'hcPasses',
  'hcFails',
  'hcUri',
  'hcExpr',
  'maxAttempts',
];

/** Bits that the files or a person set; the others tell what happened. */
const settable =
  WORKER.ignoreErrors |
  WORKER.draining |
  WORKER.disabled |
  WORKER.stopped |
  WORKER.hotStandby |
  WORKER.hotSpare;

/**
 * A balancer's state in the memory that all threads share: a place for each member, and what was changed at run time.
 * Each thread takes changes over when it meets the balancer next. httpd: proxy_balancer_shared, ap_proxy_sync_balancer
 */
export class BalancerState {
  /** What distinguishes it from balancers of the same name elsewhere. */
  readonly key: string;
  private readonly balancer: Balancer;
  private readonly world: World;
  private readonly memory: SharedMemory;
  private readonly persists: boolean;
  private readonly head: Int32Array;
  private readonly chunks: { readonly words: Int32Array; readonly history: Int32Array }[] = [];
  /** Members by their files, and their parameters as the files have them. */
  private readonly configured: readonly Worker[];
  private readonly configuredParameters = new Map<Worker, WorkerParameters>();
  private readonly configuredBalancer: ChangedBalancer;
  private seen = 0;
  private state: StoredState | undefined = undefined;

  constructor(balancer: Balancer, world: World, owner: string, persists: boolean) {
    this.key = `${owner} ${balancer.name}`;
    this.balancer = balancer;
    this.world = world;
    this.memory = world.shared;
    this.persists = persists;
    this.head = new Int32Array(this.memory.region(`proxy balancer ${this.key}`, 8 * 4));
    this.configured = [...balancer.members];
    for (const worker of this.configured) this.configuredParameters.set(worker, { ...worker.parameters });
    const {
      lbMethod,
      timeoutMs,
      maxAttempts,
      stickyForce,
      stickyCookie = '',
      stickyPath = '',
    } = balancer.parameters;
    this.configuredBalancer = {
      ...{ lbMethod, timeoutMs, stickyForce, stickyCookie, stickyPath: stickyPath || stickyCookie },
      ...(maxAttempts === undefined ? {} : { maxAttempts }),
    };
    this.lock(() => this.open());
    world.kept.follow(this.keptName, (text) => this.adopt(text));
  }

  private lock<T>(critical: () => T): T {
    return this.memory.exclusively(`proxy balancer ${this.key}`, critical);
  }

  /** Finds what is there from before a reload or, with BalancerPersist, a restart. */
  private open(): void {
    const known = this.read();
    const configured = JSON.stringify(this.configuredBalancer);
    const start: StoredState = known ?? {
      ...(this.readKept() ?? noChanges),
      ...{ nonce: this.balancer.parameters.nonce ?? uuid(this.world.digests.randomBytes(16)), configured },
      ...{ slots: {}, gone: {}, past: [] },
    };
    // What the files say anew counts more than an older change.
    const state = start.configured === configured ? start : { ...start, configured, parameters: {} };
    this.takeOver(state);
    this.forgetRequestsOfOthers();
    if (JSON.stringify(this.state) !== JSON.stringify(known)) this.write(this.state!);
    // A process that takes over must not send back what it was handed: that may be otherwise by now.
    if (
      known === undefined ? this.persists : JSON.stringify(changesOf(known)) !== JSON.stringify(this.changes)
    )
      this.keep();
  }

  /** Requests under way in a process that this one takes over from end there, and are not counted down here. */
  private forgetRequestsOfOthers(): void {
    const { processId } = this.world.system;
    if (Atomics.exchange(this.head, PROCESS, processId) === processId) return;
    for (const { words } of this.chunks) {
      const row = FIELD.busy * slotsOfChunk;
      for (let place = 0; place < slotsOfChunk; place++) Atomics.store(words, row + place, 0);
    }
  }

  /** The nonce that forms must bring; empty when none is valid. */
  get nonce(): string {
    return this.balancer.parameters.nonce ?? this.state!.nonce;
  }

  get changes(): BalancerChanges {
    return changesOf(this.state!);
  }

  get past(): readonly PastChange[] {
    return this.state!.past;
  }

  /** The parameters that the files give. */
  configuredOf(worker: Worker): WorkerParameters | undefined {
    return this.configuredParameters.get(worker);
  }
  get configuredSettings(): ChangedBalancer {
    return this.configuredBalancer;
  }
  /** Members of the files, whether taken out or not. */
  get configuredMembers(): readonly Worker[] {
    return this.configured;
  }

  /** Differs whenever a member's state, set or share has changed. */
  get changeCount(): number {
    return Atomics.load(this.head, CHANGES);
  }

  /** Whether other threads have changed something since this one looked. */
  get isStale(): boolean {
    return Atomics.load(this.head, VERSION) !== this.seen;
  }

  /** Takes over what other threads have changed. httpd: ap_proxy_sync_balancer */
  sync(): void {
    if (this.isStale) this.lock(() => this.takeOver(this.read()!));
    if (Atomics.load(this.head, METHOD_CHANGED) === 0) return;
    this.lock(() => {
      Atomics.store(this.head, METHOD_CHANGED, 0);
      if (Atomics.exchange(this.head, NEEDS_RESET, 0) === 1)
        this.balancer.method?.reset?.(this.balancer.members);
    });
  }

  /** A member came into service again: the shares begin anew with the next change of the method. */
  requireReset(): void {
    Atomics.store(this.head, NEEDS_RESET, 1);
  }

  /** Carries out a change in all threads; `what` tells people what it was. */
  change(what: string, edit: (changes: BalancerChanges) => BalancerChanges): void {
    this.lock(() => {
      if (this.edit(what, edit)) this.keep();
    });
  }

  private edit(what: string, edit: (changes: BalancerChanges) => BalancerChanges): boolean {
    if (this.isStale) this.takeOver(this.read()!);
    const before = this.changes;
    const after = this.normalize(edit(before));
    if (JSON.stringify(after) === JSON.stringify(before)) return false;
    const past = [...this.state!.past, { atMs: this.world.clock.now(), what, before }].slice(-pastKept);
    this.enact({ ...this.state!, ...after, past });
    return true;
  }

  /** Leaves out what is as the files have it. */
  private normalize(changes: BalancerChanges): BalancerChanges {
    const workers = new Map(this.configured.map((worker) => [worker.name, worker]));
    const members: Record<string, MemberChanges> = {};
    for (const [name, given] of Object.entries(changes.members)) {
      const worker = workers.get(name);
      const { status, ...parameters } = given;
      const configured = worker === undefined ? {} : (this.configuredParameters.get(worker) ?? {});
      const changed = differing(parameters, { ...standard, ...configured });
      const bits = worker?.configuredStatus ?? 0;
      const letters = Object.entries(status ?? {}).filter(
        ([letter, on]) => ((bits & (entryOf(statusFlags, letter) ?? 0)) !== 0) !== on,
      );
      if (letters.length > 0) members[name] = { ...changed, status: Object.fromEntries(letters) };
      else if (Object.keys(changed).length > 0) members[name] = changed;
    }
    return { ...changes, members, parameters: differing(changes.parameters, this.configuredBalancer) };
  }

  /** Takes the last change back; what it was, or undefined when there is none. */
  undo(): string | undefined {
    return this.lock(() => {
      if (this.isStale) this.takeOver(this.read()!);
      const last = this.state!.past.at(-1);
      if (last === undefined) return undefined;
      this.enact({ ...this.state!, ...last.before, past: this.state!.past.slice(0, -1) });
      this.keep();
      return last.what;
    });
  }

  private enact(next: StoredState): void {
    const method = this.balancer.parameters.lbMethod;
    const before = new Map(Object.entries(this.state!.members));
    this.takeOver(next);
    for (const worker of this.balancer.members) {
      const changes = this.state!.members[worker.name];
      if (changes !== before.get(worker.name)) this.settle(worker, changes ?? {});
    }
    if (this.balancer.parameters.lbMethod !== method) {
      Atomics.store(this.head, NEEDS_RESET, 1);
      Atomics.store(this.head, METHOD_CHANGED, 1);
    }
    this.write(this.state!);
  }

  /** Brings the shared record of a member in line with files and changes. */
  private settle(worker: Worker, changes: MemberChanges): void {
    const configured = this.configuredParameters.get(worker) ?? {};
    worker.lbFactor = changes.loadFactor ?? configured.loadFactor ?? 100;
    worker.lbSet = changes.lbSet ?? configured.lbSet ?? 0;
    let wanted = worker.configuredStatus;
    for (const [letter, on] of Object.entries(changes.status ?? {})) {
      const bit = entryOf(statusFlags, letter) ?? 0;
      wanted = on ? wanted | bit : wanted & ~bit;
    }
    worker.setStatus(wanted & settable);
    worker.clearStatus(settable & ~wanted);
  }

  /** Makes this thread's balancer what the state says. Called inside the lock. */
  private takeOver(given: StoredState): void {
    const { balancer, configured } = this;
    const known = new Map([...balancer.members, ...configured].map((worker) => [worker.name, worker]));
    const isConfigured = new Set(configured.map(({ name }) => name));
    const removed = new Set(given.removed);
    const names = [
      ...[...isConfigured].filter((name) => !removed.has(name)),
      ...given.added.filter((name) => !isConfigured.has(name)),
    ];
    const state = this.assignPlaces(given, names);
    const changesOf = new Map(Object.entries(state.members));
    const members: Worker[] = [];
    for (const name of names) {
      const worker = known.get(name) ?? newMember(name, balancer);
      if (typeof worker === 'string') continue;
      const parameters = this.configuredParameters.get(worker) ?? {};
      setParameters(worker, parameters, {});
      const changes = this.placeMember(worker, state.slots[name]!, changesOf.get(name));
      if (changes === undefined) changesOf.delete(name);
      else setParameters(worker, parameters, changes);
      members.push(worker);
    }
    const staying = new Set(members);
    for (const worker of balancer.members) {
      if (staying.has(worker)) continue;
      closeConnections(worker);
      worker.transport = undefined;
    }
    balancer.members.splice(0, balancer.members.length, ...members);
    setParameters(balancer, this.configuredBalancer, state.parameters);
    balancer.method = balancer.findMethod(balancer.parameters.lbMethod);
    balancer.routes = undefined;
    balancer.table = undefined;
    this.state = { ...state, members: Object.fromEntries(changesOf) };
    this.seen = Atomics.load(this.head, VERSION);
  }

  /** Puts a member at its place; gives the changes that hold for it still. */
  private placeMember(
    worker: Worker,
    slot: number,
    changes: MemberChanges | undefined,
  ): MemberChanges | undefined {
    const { words, history } = this.chunk(Math.floor(slot / slotsOfChunk));
    const place = slot % slotsOfChunk;
    const isNew = words[FIELD.status * slotsOfChunk + place] === 0;
    const isSetAnew = worker.place(words, place, slotsOfChunk);
    worker.keepHistory(history, place * HISTORY_WORDS, this.head.subarray(CHANGES, CHANGES + 1));
    if (!isSetAnew) return changes;
    if (!isNew) return undefined;
    if (changes !== undefined) this.settle(worker, changes);
    return changes;
  }

  private chunk(number: number): { readonly words: Int32Array; readonly history: Int32Array } {
    for (let next = this.chunks.length; next <= number; next++) {
      const region = (what: string, size: number) =>
        new Int32Array(
          this.memory.region(`proxy balancer ${this.key} ${what} ${next}`, slotsOfChunk * size * 4),
        );
      this.chunks.push({ words: region('members', WORKER_WORDS), history: region('history', HISTORY_WORDS) });
    }
    return this.chunks[number]!;
  }

  /** Gives each member a place that is its own, also over reloads. */
  private assignPlaces(state: StoredState, names: readonly string[]): StoredState {
    const nowMs = this.world.clock.now();
    const slots = new Map(Object.entries(state.slots));
    const gone = new Map(Object.entries(state.gone));
    const present = new Set(names);
    const before = slots.size + gone.size;
    let isChanged = false;
    for (const name of slots.keys()) {
      if (present.has(name) ? gone.delete(name) : !gone.has(name) && gone.set(name, nowMs)) isChanged = true;
    }
    for (const name of names) {
      if (slots.has(name)) continue;
      slots.set(name, this.freePlace(slots, gone, nowMs) ?? slots.size);
      isChanged = true;
    }
    if (!isChanged && slots.size + gone.size === before) return state;
    return { ...state, slots: Object.fromEntries(slots), gone: Object.fromEntries(gone) };
  }

  /** The place of a member that was taken out some time ago and has no request left. */
  private freePlace(
    slots: Map<string, number>,
    gone: Map<string, number>,
    nowMs: number,
  ): number | undefined {
    for (const [name, sinceMs] of gone) {
      const slot = slots.get(name)!;
      const { words, history } = this.chunk(Math.floor(slot / slotsOfChunk));
      const place = slot % slotsOfChunk;
      if (nowMs < sinceMs + reuseAfterMs || words[FIELD.busy * slotsOfChunk + place] !== 0) continue;
      for (let at = place; at < words.length; at += slotsOfChunk) words[at] = 0;
      const historyAt = place * HISTORY_WORDS;
      history.fill(0, historyAt, historyAt + HISTORY_WORDS);
      slots.delete(name);
      gone.delete(name);
      return slot;
    }
    return undefined;
  }

  /** The state as it lies in shared memory; undefined before the first. */
  private read(): StoredState | undefined {
    const length = Atomics.load(this.head, LENGTH);
    return length === 0 ? undefined : decode(this.text().subarray(0, length));
  }

  private text(): Uint8Array {
    const capacity = Atomics.load(this.head, CAPACITY);
    return new Uint8Array(this.memory.region(`proxy balancer ${this.key} state`, capacity));
  }

  private write(state: StoredState): void {
    const bytes = encode(state);
    let capacity = Atomics.load(this.head, CAPACITY);
    if (bytes.length > capacity) {
      for (capacity = Math.max(capacity, leastCapacity); capacity < bytes.length; ) capacity *= 2;
      Atomics.store(this.head, CAPACITY, capacity);
    }
    this.text().set(bytes);
    Atomics.store(this.head, LENGTH, bytes.length);
    this.seen = Atomics.add(this.head, VERSION, 1) + 1;
  }

  /** Lets the changes outlive this process. */
  private keep(): void {
    this.world.kept.write(this.keptName, {
      text: JSON.stringify({ key: this.key, ...this.changes }),
      ...{ version: this.seen, outlivesServer: this.persists },
    });
  }

  private get keptName(): string {
    const digest = this.world.digests.hash('sha1', this.key);
    return `balancer-${encodeHex(digest.subarray(0, 8))}`;
  }

  /** What a process that ran before has kept. */
  private readKept(): BalancerChanges | undefined {
    const text = this.world.kept.read(this.keptName, this.persists);
    return text === undefined ? undefined : readChanges(text);
  }

  /** Takes over what was changed in a process that this one takes over from, or that takes over from it. */
  private adopt(text: string): void {
    const changes = readChanges(text);
    if (changes !== undefined) this.lock(() => this.edit('changes during a restart', () => changes));
  }
}

const changesOf = ({ parameters, members, added, removed }: BalancerChanges): BalancerChanges => ({
  ...{ parameters, members, added, removed },
});

function readChanges(text: string): BalancerChanges | undefined {
  try {
    return changesOf(JSON.parse(text) as BalancerChanges);
  } catch {
    return undefined;
  }
}

/** Gives a worker or a balancer the configured values with the changed ones over them. */
function setParameters(target: { readonly parameters: object }, configured: object, changes: object): void {
  const parameters = target.parameters as Record<string, unknown>;
  for (const name of changeable) delete parameters[name];
  Object.assign(parameters, configured, changes);
  delete parameters.status;
}

// Text is latin1, one character a byte; anything else is escaped.
function encode(value: unknown): Uint8Array {
  const text = JSON.stringify(value).replace(
    /[^\0-\xff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function decode(bytes: Uint8Array): StoredState {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return JSON.parse(text) as StoredState;
}

/** Bytes as a UUID is written. */
function uuid(bytes: Uint8Array): string {
  return encodeHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
