import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { SharedMemory } from '@httpd-ts/kernel';

/** A region with its content. */
export interface SharedRegion {
  readonly name: string;
  readonly bytes: Uint8Array;
}

interface RegionRequest {
  readonly name: string;
  readonly byteLength: number;
}

const lockPrefix = 'lock:';
/** Marks a lock that others wait for; the rest of the word is the holder's thread number plus one. */
const contended = 0x4000_0000;
const spins = 200;
const answerMs = 10_000;

/** The regions of a serving process; its main thread makes them and hands them to the worker threads. */
export interface RegionTable {
  serve(port: MessagePort, signal: SharedArrayBuffer): void;
  content(): SharedRegion[];
  /** The same memory for the main thread itself. */
  mainThread(threads: number): SharedMemory;
  /** Opens the locks that a thread held when it died. */
  releaseLocksOf(thread: number): void;
}

/** Makes the table, with the content of another process where this one takes over from it. */
export function regionTable(initial: readonly SharedRegion[]): RegionTable {
  const regions = new Map<string, { readonly name: string; readonly buffer: SharedArrayBuffer }>();
  const regionOf = ({ name, byteLength }: RegionRequest): SharedArrayBuffer => {
    const key = `${name}|${byteLength}`;
    let region = regions.get(key);
    if (region === undefined) {
      region = { name, buffer: new SharedArrayBuffer(byteLength) };
      regions.set(key, region);
    }
    return region.buffer;
  };
  for (const { name, bytes } of initial) {
    new Uint8Array(regionOf({ name, byteLength: bytes.length })).set(bytes);
  }
  return {
    mainThread: (threads) => ({
      thread: threads,
      threads,
      region: (name, byteLength) => regionOf({ name, byteLength }),
      exclusively: (name, critical) => {
        const word = new Int32Array(regionOf({ name: lockPrefix + name, byteLength: 4 }));
        return whileLocked(word, threads + 1, critical);
      },
    }),
    serve(port, signal) {
      const flag = new Int32Array(signal);
      port.on('message', (request: RegionRequest) => {
        port.postMessage(regionOf(request));
        Atomics.store(flag, 0, 1);
        Atomics.notify(flag, 0);
      });
      port.unref();
    },
    content: () =>
      [...regions.values()]
        .filter(({ name }) => !name.startsWith(lockPrefix))
        .map(({ name, buffer }) => ({ name, bytes: new Uint8Array(buffer).slice() })),
    releaseLocksOf(thread) {
      for (const { name, buffer } of regions.values()) {
        if (!name.startsWith(lockPrefix)) continue;
        const word = new Int32Array(buffer);
        const held = Atomics.load(word, 0);
        if ((held & ~contended) !== thread + 1) continue;
        Atomics.compareExchange(word, 0, held, 0);
        Atomics.notify(word, 0);
      }
    },
  };
}

/** A worker thread's view of the shared memory. Regions come from the main thread, at once. */
export function threadSharedMemory(
  thread: number,
  threads: number,
  port: MessagePort,
  signal: SharedArrayBuffer,
): SharedMemory {
  const flag = new Int32Array(signal);
  const known = new Map<string, SharedArrayBuffer>();
  const region = (name: string, byteLength: number): SharedArrayBuffer => {
    const key = `${name}|${byteLength}`;
    let buffer = known.get(key);
    if (buffer === undefined) {
      Atomics.store(flag, 0, 0);
      port.postMessage({ name, byteLength } satisfies RegionRequest);
      if (Atomics.wait(flag, 0, 0, answerMs) === 'timed-out') throw new Error(`no shared memory for ${name}`);
      buffer = receiveMessageOnPort(port)!.message as SharedArrayBuffer;
      known.set(key, buffer);
    }
    return buffer;
  };
  return {
    thread,
    threads,
    region,
    exclusively(name, critical) {
      return whileLocked(new Int32Array(region(lockPrefix + name, 4)), thread + 1, critical);
    },
  };
}

function whileLocked<T>(word: Int32Array<SharedArrayBuffer>, holder: number, critical: () => T): T {
  lock(word, holder);
  try {
    return critical();
  } finally {
    unlock(word);
  }
}

function lock(word: Int32Array<SharedArrayBuffer>, holder: number): void {
  for (let spin = 0; spin < spins; spin++) if (Atomics.compareExchange(word, 0, 0, holder) === 0) return;
  for (;;) {
    const held = Atomics.load(word, 0);
    if (held === 0) {
      // Others may wait still, so the lock stays marked.
      if (Atomics.compareExchange(word, 0, 0, holder | contended) === 0) return;
      continue;
    }
    const marked = held | contended;
    if (held === marked || Atomics.compareExchange(word, 0, held, marked) === held)
      Atomics.wait(word, 0, marked, 100);
  }
}

function unlock(word: Int32Array<SharedArrayBuffer>): void {
  if ((Atomics.exchange(word, 0, 0) & contended) !== 0) Atomics.notify(word, 0, 1);
}
