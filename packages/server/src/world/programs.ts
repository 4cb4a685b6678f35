import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { dirname } from 'node:path';
import type { ProgramLine, Programs } from '@httpd-ts/kernel';
import { nodeSystem } from './system-facts.ts';

/** The programs of a server, by what they are started with. */
export interface ProgramTable extends Programs {
  /** Asks a program that was opened here before; any other gives nothing. */
  ask(key: string, line: string): Promise<string | undefined>;
  /** Ends all programs; those that are still asked start anew. */
  endAll(): void;
}

export interface ProgramLimits {
  /** After so long without an answer a program is ended. */
  readonly answerMs: number;
  readonly lineBytes: number;
  /** Lines that wait for their turn. */
  readonly waiting: number;
}

const usualLimits: ProgramLimits = { answerMs: 10_000, lineBytes: 64 * 1024, waiting: 10_000 };

/** What tells one program from another. */
export function programKey({ argv, user, group }: ProgramLine): string {
  return JSON.stringify([argv, user ?? null, group ?? null]);
}

/** Runs programs that are given a line and answer with one, each question in its turn. httpd: lookup_map_program */
export function programTable(limits: ProgramLimits = usualLimits): ProgramTable {
  const programs = new Map<string, Program>();
  return {
    open(given) {
      const key = programKey(given);
      const program = programs.get(key) ?? new Program(given, limits);
      programs.set(key, program);
      return program;
    },
    ask: async (key, line) => programs.get(key)?.ask(line),
    endAll() {
      for (const program of programs.values()) program.end();
    },
  };
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

interface Question {
  readonly line: string;
  readonly answer: (line: string | undefined) => void;
}

/** One program. Whatever it does, every question ends: with a line, with what was there of it when it died, or with nothing when it hung or flooded. */
class Program {
  private readonly given: ProgramLine;
  private readonly limits: ProgramLimits;
  private child: ChildProcessWithoutNullStreams | undefined = undefined;
  private readonly waiting: Question[] = [];
  private asked: Question | undefined = undefined;
  private received = '';
  private timer: NodeJS.Timeout | undefined = undefined;

  constructor(given: ProgramLine, limits: ProgramLimits) {
    this.given = given;
    this.limits = limits;
  }

  ask(line: string): Promise<string | undefined> {
    if (line.includes('\n') || this.waiting.length >= this.limits.waiting) return Promise.resolve(undefined);
    return new Promise((answer) => {
      this.waiting.push({ line, answer });
      this.askNext();
    });
  }

  /** Ends the program; what is asked is answered by what it wrote of the line before it ended by itself. */
  end(answer?: string): void {
    const { child } = this;
    this.child = undefined;
    if (child?.pid !== undefined) endGroup(child.pid);
    this.settle(answer);
  }

  private askNext(): void {
    if (this.asked !== undefined) return;
    const question = this.waiting.shift();
    if (question === undefined) return;
    this.asked = question;
    // What came without being asked for belongs to no question.
    this.received = '';
    this.child ??= this.start();
    this.timer = setTimeout(() => this.end(), this.limits.answerMs);
    this.timer.unref();
    this.child.stdin.write(`${question.line}\n`, 'latin1');
  }

  private start(): ChildProcessWithoutNullStreams {
    const { argv, user, group } = this.given;
    const [program = '', ...args] = argv;
    const system = nodeSystem();
    const uid = user === undefined ? undefined : system.userId(user);
    const gid = group === undefined ? undefined : system.groupId(group);
    const child = spawn(program, args, {
      cwd: dirname(program),
      // A group of its own, so that what it started ends with it.
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    }) as unknown as ChildProcessWithoutNullStreams;
    child.stdin.on('error', () => {});
    child.stdout.setEncoding('latin1');
    child.stdout.on('data', (text: string) => this.receive(child, text));
    const ended = () => {
      if (child === this.child) this.end(this.received);
    };
    child.on('error', ended);
    child.stdout.on('close', ended);
    return child;
  }

  private receive(child: ChildProcessWithoutNullStreams, text: string): void {
    if (child !== this.child) return;
    if (this.asked === undefined) {
      this.received += text;
      if (this.received.length > this.limits.lineBytes) this.end();
      return;
    }
    this.received += text;
    const end = this.received.indexOf('\n');
    if (end >= 0) this.settle(this.received.slice(0, end));
    else if (this.received.length > this.limits.lineBytes) this.end();
  }

  private settle(line: string | undefined): void {
    clearTimeout(this.timer);
    const { asked } = this;
    this.asked = undefined;
    asked?.answer(line);
    this.askNext();
  }
}
