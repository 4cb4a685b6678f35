import { type ChildProcess, spawn } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BoundListener } from './listeners.ts';
import { frameReader } from './log-frames.ts';
import type {
  FromServingProcess,
  Identity,
  PlainConfiguration,
  Slot,
  TextsAtStart,
  ToServingProcess,
} from './messages.ts';
import type { SharedRegion } from './shared-memory.ts';

/** Descriptors for this many threads that end unforeseen; then the process is replaced as a whole. */
const spareSlots = 4;
const mainLog = 4;
const firstSlotDescriptor = 5;

/**
 * So many listeners each thread has two copies of: a turn of the event loop accepts one connection from a descriptor, and
 * a turn that has more to do costs less for each of them.
 */
const mostListenersTwice = 16;

export interface ServingChildOptions {
  readonly listeners: readonly BoundListener[];
  readonly threads: number;
  readonly backlog: number;
  readonly identity: Identity | undefined;
  readonly configuration: PlainConfiguration;
  readonly regions: readonly SharedRegion[];
  readonly kept: TextsAtStart;
  /** Takes log text; `number` undefined is standard error. */
  onLog(number: number | undefined, bytes: Uint8Array): void;
  onMessage(message: FromServingProcess): void;
  onExit(how: string): void;
}

/** The serving process as the supervisor sees it. */
export interface ServingChild {
  readonly pid: number;
  /** Of the configuration it was started with. */
  readonly generation: number;
  send(message: ToServingProcess): void;
  kill(): void;
}

/** Starts a serving process with copies of the listening sockets for each of its threads. */
export function spawnServingChild(options: ServingChildOptions): ServingChild {
  const { threads } = options;
  const copies = options.listeners.length <= mostListenersTwice ? 2 : 1;
  const listeners = Array.from({ length: copies }, () => options.listeners).flat();
  const slotCount = threads + spareSlots;
  const stdio: ('ignore' | 'pipe' | 'ipc' | number)[] = ['ignore', 'ignore', 'pipe', 'ipc', 'pipe'];
  const slots: Slot[] = [];
  for (let slot = 0; slot < slotCount; slot++) {
    const log = firstSlotDescriptor + slot * (listeners.length + 1);
    slots.push({ log, listeners: listeners.map((_listener, i) => log + 1 + i) });
    stdio.push('pipe', ...listeners.map(({ descriptor }) => descriptor));
  }
  const entry = fileURLToPath(new URL(`./serving-process${extname(import.meta.url)}`, import.meta.url));
  const flags = ['--disable-sigusr1', '--no-wasm-tier-up', '--no-wasm-dynamic-tiering', '--no-warnings'];
  const child = spawn(process.execPath, [...flags, entry], { stdio, serialization: 'advanced' });
  child.stderr!.on('data', (bytes: Buffer) => options.onLog(undefined, bytes));
  readLog(child, mainLog, options);
  for (const { log } of slots) readLog(child, log, options);
  child.on('message', (message) => options.onMessage(message as FromServingProcess));
  // `close` comes when the last log line has been read as well.
  let how = 'could not be started';
  child.on('exit', (code, signal) => {
    how = signal === null ? `exit code ${code}` : `exit signal ${signal}`;
  });
  child.on('error', (error) => {
    how = error.message;
    if (child.pid === undefined) options.onExit(how);
  });
  child.on('close', () => options.onExit(how));
  const send = (message: ToServingProcess) => {
    if (child.connected) child.send(message, () => {});
  };
  const { configuration, identity, backlog, regions, kept } = options;
  send({ kind: 'start', configuration, identity, threads, slots, mainLog, backlog, regions, kept });
  return {
    pid: child.pid ?? 0,
    generation: configuration.generation,
    send,
    kill: () => void child.kill('SIGKILL'),
  };
}

function readLog(child: ChildProcess, descriptor: number, { onLog }: ServingChildOptions): void {
  const stream = child.stdio[descriptor] as import('node:stream').Readable | null;
  const read = frameReader(onLog);
  stream?.on('data', (bytes: Buffer) => {
    if (!read(bytes)) child.kill('SIGKILL');
  });
  stream?.on('error', () => {});
}
