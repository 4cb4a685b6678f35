import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import type { LineProgram, ProgramLine, Programs } from '@httpd-ts/kernel';
import { systemErrorText } from './logs.ts';
import { nodeSystem, primaryGroup } from './system-facts.ts';

/**
 * The programs of a server. Those that a configuration opens are prepared; once it is in force they start, and those of
 * the configuration before end.
 */
export interface ProgramTable extends Programs {
  /** Asks a program of the configuration in force; any other gives nothing. */
  ask(key: string, line: string): Promise<string | undefined>;
  endGeneration(): void;
  /** Forgets what was prepared. */
  abandonGeneration(): void;
  /** Ends all programs, and waits for them. */
  endAll(): Promise<void>;
}

export interface ProgramLimits {
  /** After so long without an answer a program is ended. */
  readonly answerMs: number;
  readonly lineBytes: number;
  /** Lines that wait for their turn. */
  readonly waiting: number;
  /** What a program has to end by itself when it is asked to. */
  readonly endMs: number;
}

const usualLimits: ProgramLimits = {
  answerMs: 10_000,
  lineBytes: 64 * 1024,
  waiting: 10_000,
  endMs: 3_000,
};

/** What tells one program from another. */
export function programKey({ name, argv, user, group }: ProgramLine): string {
  return JSON.stringify([name, argv, user ?? null, group ?? null]);
}

export interface ProgramTableOptions {
  readonly limits?: ProgramLimits;
  /** Takes what programs write to their standard error. */
  errors?(bytes: Uint8Array): void;
}

/** Runs programs that are given a line and answer with one, each question in its turn. httpd: lookup_map_program */
export function programTable(options: ProgramTableOptions = {}): ProgramTable {
  const shared: Shared = {
    limits: options.limits ?? usualLimits,
    errors: options.errors ?? ((bytes) => void process.stderr.write(bytes)),
    ending: new Set(),
  };
  let prepared = new Map<string, Program>();
  let inForce = new Map<string, Program>();
  /** What requests of the configuration before may still ask. */
  let former = new Map<string, Program>();
  const endOf = (programs: ReadonlyMap<string, Program>) => {
    for (const program of programs.values()) program.end();
  };
  return {
    open(given) {
      const key = programKey(given);
      const program = prepared.get(key) ?? new Program(given, shared);
      prepared.set(key, program);
      return program;
    },
    ask: async (key, line) => (inForce.get(key) ?? former.get(key))?.ask(line),
    endGeneration() {
      endOf(former);
      endOf(inForce);
      [former, inForce, prepared] = [inForce, prepared, new Map()];
      for (const program of inForce.values()) program.startIfWanted();
    },
    abandonGeneration() {
      prepared = new Map();
    },
    async endAll() {
      for (const programs of [former, inForce, prepared]) endOf(programs);
      await Promise.all(shared.ending);
    },
  };
}

interface Shared {
  readonly limits: ProgramLimits;
  readonly errors: (bytes: Uint8Array) => void;
  /** Programs that were asked to end, until they have. */
  readonly ending: Set<Promise<void>>;
}

function signalGroup({ pid }: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended already.
  }
}

interface Question {
  readonly line: string;
  readonly answer: (line: string | undefined) => void;
}

/**
 * One program. Whatever it does, every question ends: with a line, with what was there of it when it died, or with
 * nothing when it hung or flooded. Lines it wrote before they were asked for answer the questions that come, as they
 * wait in the pipe of httpd.
 */
class Program implements LineProgram {
  private readonly given: ProgramLine;
  private readonly shared: Shared;
  private child: ChildProcessWithoutNullStreams | undefined = undefined;
  private readonly waiting: Question[] = [];
  private asked: Question | undefined = undefined;
  private received = '';
  private timer: NodeJS.Timeout | undefined = undefined;
  private isWanted = false;
  private isAsking = false;

  constructor(given: ProgramLine, shared: Shared) {
    this.given = given;
    this.shared = shared;
  }

  start(): string | undefined {
    const { argv, user, group } = this.given;
    const [path = ''] = argv;
    const system = nodeSystem();
    const isUnknown =
      (user !== undefined && system.userId(user) === undefined) ||
      (group !== undefined && system.groupId(group) === undefined);
    if (isUnknown) return '(2)No such file or directory';
    try {
      accessSync(dirname(path), constants.X_OK);
      accessSync(path, constants.X_OK);
    } catch (error) {
      return systemErrorText(error);
    }
    this.isWanted = true;
    return undefined;
  }

  startIfWanted(): void {
    if (this.isWanted) this.child ??= this.spawn();
  }

  ask(line: string): Promise<string | undefined> {
    const { limits } = this.shared;
    if (line.includes('\n') || this.waiting.length >= limits.waiting) return Promise.resolve(undefined);
    return new Promise((answer) => {
      this.waiting.push({ line, answer });
      this.askNext();
    });
  }

  /** Lets the program end; it starts anew if it is asked all the same. */
  end(): void {
    const { child } = this;
    this.child = undefined;
    if (child !== undefined) this.endChild(child);
    this.settle(undefined);
  }

  private endChild(child: ChildProcessWithoutNullStreams): void {
    const { ending, limits } = this.shared;
    const ended = new Promise<void>((resolve) => {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) resolve();
      else child.once('exit', () => resolve());
    });
    const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), limits.endMs);
    const over = ended.then(() => {
      clearTimeout(timer);
      ending.delete(over);
    });
    ending.add(over);
    child.stdin.end();
    child.stdout.destroy();
    signalGroup(child, 'SIGTERM');
  }

  /** Ends a program that hangs or floods. */
  private cutOff(): void {
    const { child } = this;
    this.child = undefined;
    if (child !== undefined) signalGroup(child, 'SIGKILL');
    this.settle(undefined);
  }

  /** Goes on to the questions that wait, until one has to. */
  private askNext(): void {
    if (this.isAsking) return;
    this.isAsking = true;
    while (this.asked === undefined) {
      const question = this.waiting.shift();
      if (question === undefined) break;
      this.asked = question;
      this.put(question.line);
    }
    this.isAsking = false;
  }

  private put(line: string): void {
    this.child ??= this.spawn();
    if (this.child === undefined) {
      this.settle('');
      return;
    }
    this.timer = setTimeout(() => this.cutOff(), this.shared.limits.answerMs);
    this.timer.unref();
    this.child.stdin.write(`${line}\n`, 'latin1');
    this.child.stdout.resume();
    this.answer();
  }

  private spawn(): ChildProcessWithoutNullStreams | undefined {
    try {
      return this.spawnOrThrow();
    } catch (error) {
      this.given.onExecFailed?.(systemErrorText(error));
      return undefined;
    }
  }

  private spawnOrThrow(): ChildProcessWithoutNullStreams | undefined {
    const { argv, user, group } = this.given;
    const [program = '', ...args] = argv;
    const system = nodeSystem();
    const uid = user === undefined ? undefined : system.userId(user);
    const gid =
      group !== undefined ? system.groupId(group) : user !== undefined ? primaryGroup(user) : undefined;
    this.received = '';
    const ended = () => {
      if (child === this.child) this.ended();
    };
    const child = spawn(program, args, {
      cwd: dirname(program),
      env: {},
      // A group of its own, so that what it started ends with it.
      detached: true,
      stdio: 'pipe',
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    }) as unknown as ChildProcessWithoutNullStreams;
    child.on('error', (error) => {
      this.given.onExecFailed?.(systemErrorText(error));
      ended();
    });
    // Without descriptors left there are no pipes either.
    if (child.stdin === undefined) return undefined;
    child.stdin.on('error', () => {});
    child.stderr.on('data', (bytes: Buffer) => this.shared.errors(bytes));
    child.stdout.setEncoding('latin1');
    child.stdout.on('data', (text: string) => this.receive(child, text));
    child.stdout.on('close', ended);
    return child;
  }

  private receive(child: ChildProcessWithoutNullStreams, text: string): void {
    if (child !== this.child) return;
    this.received += text;
    if (this.asked !== undefined) this.answer();
    // The rest waits where the program is held back.
    else if (this.received.length > this.shared.limits.lineBytes) child.stdout.pause();
  }

  /** Gives the question at hand the first line there is. */
  private answer(): void {
    const end = this.received.indexOf('\n');
    if (end < 0) {
      if (this.received.length > this.shared.limits.lineBytes) this.cutOff();
      return;
    }
    const line = this.received.slice(0, end);
    this.received = this.received.slice(end + 1);
    this.settle(line);
  }

  /** It has ended by itself: what is asked is answered by what there is of the line. */
  private ended(): void {
    const { child } = this;
    this.child = undefined;
    if (child !== undefined) signalGroup(child, 'SIGKILL');
    this.settle(this.received);
  }

  private settle(line: string | undefined): void {
    clearTimeout(this.timer);
    const { asked } = this;
    this.asked = undefined;
    asked?.answer(line);
    this.askNext();
  }
}
