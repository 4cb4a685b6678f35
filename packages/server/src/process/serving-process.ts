import { closeSync } from 'node:fs';
import { extname } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import type { ThreadStatus } from '@httpd-ts/kernel';
import { type MainThreadWork, mainThreadWork } from './main-thread-work.ts';
import {
  type FromServingProcess,
  type FromThread,
  type Identity,
  type KeepMessage,
  type PlainConfiguration,
  readerOf,
  type ThreadStart,
  type ToServingProcess,
  type ToThread,
} from './messages.ts';
import { type RegionTable, regionTable } from './shared-memory.ts';

// The serving process: gives up its privileges, then keeps the worker threads going.

const reportMs = 1000;
const send = (message: FromServingProcess) => process.send?.(message);

/** httpd: modules/arch/unix/mod_unixd.c ap_unixd_setup_child */
function become({ user, uid, gid, groups }: Identity): void {
  process.setgroups!([...groups]);
  process.setgid!(gid);
  process.setuid!(uid);
  if (process.getuid!() !== uid || process.geteuid!() !== uid)
    throw new Error(`could not become user ${user}`);
}

interface Thread {
  readonly number: number;
  readonly worker: Worker;
  ready: boolean;
  /** Generation of the configuration it serves. */
  generation: number;
}

type StartMessage = Extract<ToServingProcess, { kind: 'start' }>;

class ServingProcess {
  private readonly start: StartMessage;
  private readonly regions: RegionTable;
  private readonly threads = new Map<number, Thread>();
  private readonly mainThread: MainThreadWork;
  private configuration: PlainConfiguration;
  private nextSlot = 0;
  private ending = false;
  private announced = false;
  private readonly collections = new Map<number, (status: ThreadStatus) => void>();
  private nextCollection = 1;
  private readonly keptVersions = new Map<string, number>();

  constructor(start: StartMessage) {
    this.start = start;
    this.configuration = start.configuration;
    this.regions = regionTable(start.regions);
    for (let number = 0; number < start.threads; number++) this.startThread(number);
    this.mainThread = mainThreadWork({
      logDescriptor: start.mainLog,
      shared: this.regions.mainThread(start.threads),
      kept: {
        read: readerOf(start.kept),
        write: (name, text) => this.keep({ kind: 'keep', name, ...text }),
        follow: () => {},
      },
      scoreboard: { collect: () => this.collect() },
      // The threads compile the same, so that what is wrong has been said by them.
      failed: (text) =>
        process.stderr.write(Buffer.from(`httpd-ts: no health checks, no heartbeats: ${text}\n`, 'latin1')),
    });
    this.mainThread.follow(start.configuration);
  }

  private startThread(number: number): boolean {
    const slot = this.start.slots[this.nextSlot++];
    if (slot === undefined) return false;
    const { port1, port2 } = new MessageChannel();
    const signal = new SharedArrayBuffer(4);
    this.regions.serve(port1, signal);
    const { threads, backlog } = this.start;
    const given: ThreadStart = {
      ...{ thread: number, threads, slot, backlog, signal, kept: this.start.kept },
      ...{ configuration: this.configuration, shared: port2 },
    };
    const worker = new Worker(new URL(`./worker-thread${extname(import.meta.url)}`, import.meta.url), {
      workerData: given,
      transferList: [port2],
    });
    const thread: Thread = { number, worker, ready: false, generation: this.configuration.generation };
    this.threads.set(number, thread);
    let reason = 'it ended';
    worker.on('message', (message: FromThread) => this.receive(thread, message));
    worker.on('error', (error) => {
      reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    });
    worker.on('exit', () => {
      port1.close();
      this.ended(thread, reason);
    });
    return true;
  }

  private ended(thread: Thread, reason: string): void {
    this.threads.delete(thread.number);
    this.regions.releaseLocksOf(thread.number);
    if (this.ending) {
      if (this.threads.size === 0) process.exit(0);
      return;
    }
    const replaced = this.startThread(thread.number);
    send({ kind: 'thread ended', thread: thread.number, reason, replaced });
    this.checkReloaded();
  }

  private receive(thread: Thread, message: FromThread): void {
    switch (message.kind) {
      case 'ready':
        thread.ready = true;
        if (this.announced || this.threads.size < this.start.threads) return;
        if ([...this.threads.values()].some(({ ready }) => !ready)) return;
        this.announced = true;
        send({ kind: 'ready' });
        return;
      case 'reloaded':
        thread.generation = message.generation;
        this.checkReloaded();
        return;
      case 'failed':
        send(message);
        return;
      case 'keep':
        this.keep(message);
        return;
      case 'report':
        this.collections.get(message.id)?.(message.status);
        return;
      case 'ask':
        send({ ...message, thread: thread.number });
        return;
      case 'collect':
        void this.collect().then((threads) =>
          this.tell(thread, { kind: 'collected', id: message.id, threads }),
        );
    }
  }

  /** Messages of several threads may come in another order than they were written in. */
  private keep(message: KeepMessage): void {
    if (message.version <= (this.keptVersions.get(message.name) ?? 0)) return;
    this.keptVersions.set(message.name, message.version);
    send(message);
  }

  private checkReloaded(): void {
    const { generation } = this.configuration;
    for (const thread of this.threads.values()) if (thread.generation !== generation) return;
    this.mainThread.follow(this.configuration);
    send({ kind: 'reloaded', generation });
  }

  /** Asks every thread what it is doing; one that does not answer in time is left out. */
  private collect(): Promise<readonly ThreadStatus[]> {
    const id = this.nextCollection++;
    const found: ThreadStatus[] = [];
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.collections.delete(id);
        resolve(found.toSorted((a, b) => a.thread - b.thread));
      };
      const timer = setTimeout(done, reportMs);
      const expected = this.threads.size;
      this.collections.set(id, (status) => {
        found.push(status);
        if (found.length === expected) done();
      });
      for (const thread of this.threads.values()) this.tell(thread, { kind: 'report', id });
    });
  }

  private tell(thread: Thread, message: ToThread): void {
    thread.worker.postMessage(message);
  }

  private tellAll(message: ToThread): void {
    for (const thread of this.threads.values()) this.tell(thread, message);
  }

  /** Sockets that no thread listens on would keep their address taken and let connections wait for ever. */
  private closeSpares(): void {
    for (const { listeners } of this.start.slots.slice(this.nextSlot))
      for (const listener of listeners) closeSync(listener);
  }

  handle(message: Exclude<ToServingProcess, StartMessage>): void {
    switch (message.kind) {
      case 'reload':
        this.configuration = message.configuration;
        this.tellAll(message);
        return;
      case 'regions':
        send({ kind: 'regions', regions: this.regions.content() });
        return;
      case 'answer': {
        const thread = this.threads.get(message.thread);
        if (thread !== undefined) this.tell(thread, { kind: 'answer', id: message.id, line: message.line });
        return;
      }
      case 'kept':
        this.tellAll(message);
        return;
      case 'drain':
        this.ending = true;
        this.mainThread.stop();
        this.closeSpares();
        this.tellAll(message);
        return;
      case 'stop':
        this.ending = true;
        this.mainThread.stop();
        this.tellAll(message);
        // A thread that is busy is not waited for.
        setTimeout(() => process.exit(0), 500);
    }
  }
}

let serving: ServingProcess | undefined;

process.on('message', (message: ToServingProcess) => {
  if (message.kind !== 'start') {
    serving?.handle(message);
    return;
  }
  try {
    if (message.identity !== undefined) become(message.identity);
    serving = new ServingProcess(message);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    send({ kind: 'failed', text, generation: message.configuration.generation, atReload: false });
  }
});

// Without its supervisor it must not serve on.
process.on('disconnect', () => process.exit(1));

// A terminal sends these to the whole group; the supervisor decides.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGWINCH'] as const) process.on(signal, () => {});
