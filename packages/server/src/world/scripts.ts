import { Buffer, isUtf8 } from 'node:buffer';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';
import type { RunningScript, ScriptLine, Scripts } from '@httpd-ts/kernel';
import { entryOf } from '@httpd-ts/kernel';

/** A program that was asked to end gets so long. httpd: apr_pool_note_subprocess, APR_KILL_AFTER_TIMEOUT */
const graceMs = 3000;

/** Starts programs as children of this process, with exactly the bytes they are given. */
export const nodeScripts: Scripts = { run: (script) => new Script(script) };

class Script implements RunningScript {
  onStartError: (error: string) => void = () => {};
  onOutput: (bytes: Uint8Array) => void = () => {};
  onOutputEnd: () => void = () => {};
  onErrors: (bytes: Uint8Array) => void = () => {};
  onErrorsEnd: () => void = () => {};
  onInputDrain: () => void = () => {};
  onInputClose: () => void = () => {};
  private readonly child: ChildProcessWithoutNullStreams | undefined;
  private hasEnded = false;

  constructor(given: ScriptLine) {
    const started = start(given);
    if (typeof started === 'string') {
      this.child = undefined;
      setImmediate(() => this.failToStart(started));
      return;
    }
    this.child = started;
    const { stdin, stdout, stderr } = started;
    started.on('error', (error: NodeJS.ErrnoException) => {
      if (started.pid === undefined) this.failToStart(error.code ?? 'EIO');
    });
    started.on('exit', () => {
      this.hasEnded = true;
    });
    if (started.pid === undefined) return;
    stdin.on('error', () => this.onInputClose());
    stdin.on('drain', () => this.onInputDrain());
    stdout.on('data', (bytes: Buffer) => this.onOutput(bytes));
    stdout.on('error', () => {});
    stdout.on('close', () => this.onOutputEnd());
    stderr.on('data', (bytes: Buffer) => this.onErrors(bytes));
    stderr.on('error', () => {});
    stderr.on('close', () => this.onErrorsEnd());
  }

  private failToStart(code: string): void {
    this.hasEnded = true;
    this.onStartError(entryOf(startErrors, code) ?? code);
    this.onInputClose();
    this.onOutputEnd();
    this.onErrorsEnd();
  }

  write(bytes: Uint8Array): boolean {
    return this.child?.pid === undefined || this.child.stdin.destroyed || this.child.stdin.write(bytes);
  }

  endInput(): void {
    if (this.child?.pid !== undefined) this.child.stdin.end();
  }

  pause(): void {
    this.child?.stdout.pause();
  }

  resume(): void {
    this.child?.stdout.resume();
  }

  end(): void {
    const { child } = this;
    if (this.hasEnded || child === undefined) return;
    child.stdout.resume();
    child.kill('SIGTERM');
    setTimeout(() => {
      if (!this.hasEnded) child.kill('SIGKILL');
    }, graceMs).unref();
  }
}

/** What the system says of each way to fail. */
const startErrors: Readonly<Record<string, string>> = {
  ENOENT: '(2)No such file or directory',
  E2BIG: '(7)Argument list too long',
  ENOEXEC: '(8)Exec format error',
  EAGAIN: '(11)Resource temporarily unavailable',
  ENOMEM: '(12)Cannot allocate memory',
  EACCES: '(13)Permission denied',
  ENOTDIR: '(20)Not a directory',
  EMFILE: '(24)Too many open files',
  ENFILE: '(23)Too many open files in system',
  ETXTBSY: '(26)Text file busy',
  ELOOP: '(40)Too many levels of symbolic links',
};

function start(given: ScriptLine): ChildProcessWithoutNullStreams | string {
  if (!isProgram(given.path)) return 'ENOEXEC';
  const { path, args, environment } = isPlain(given) ? spelledPlainly(given) : spelledForShell(given);
  try {
    return spawn(path, args, {
      cwd: plain(given.directory),
      env: Object.fromEntries(environment),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'EIO';
  }
}

const beginnings = new Set(['#!', '\x7fE']);

/** The system would take what is no program for commands of a shell. What cannot be read it shall decide about. */
function isProgram(path: string): boolean {
  let file: number;
  try {
    file = openSync(Buffer.from(path, 'latin1'), 'r');
  } catch {
    return true;
  }
  try {
    const start = Buffer.alloc(2);
    const length = readSync(file, start, 0, 2, 0);
    return beginnings.has(start.latin1Slice(0, length));
  } catch {
    return true;
  } finally {
    closeSync(file);
  }
}

/** Bytes as the text that they are in UTF-8, which node makes the same bytes of. */
const plain = (bytes: string) => Buffer.from(bytes, 'latin1').toString('utf8');

const isPlainText = (text: string) => !/[\x80-\xff]/.test(text) || isUtf8(Buffer.from(text, 'latin1'));

const isPlain = ({ path, args, environment }: ScriptLine) =>
  isPlainText(path) && args.every(isPlainText) && environment.every(([, value]) => isPlainText(value));

interface Command {
  readonly path: string;
  readonly args: readonly string[];
  readonly environment: readonly (readonly [string, string])[];
}

function spelledPlainly({ path, args, environment }: ScriptLine): Command {
  return {
    path: plain(path),
    args: args.map(plain),
    environment: environment.map(([name, value]) => [name, plain(value)]),
  };
}

/** Bytes that are no text reach a program through a shell, to which they are spelled in octal. */
function spelledForShell({ path, args, environment }: ScriptLine): Command {
  const odd = environment.filter(([, value]) => !isPlainText(value));
  const isGiven = (wanted: string) => environment.some(([name]) => name === wanted);
  const lines = [
    ...odd.map(([name, value]) => `${name}=${octal(value)}; ${name}=\${${name}%.}; export ${name}`),
    'set --',
    ...[path, ...args].map((word) => `_word_=${octal(word)}; set -- "$@" "\${_word_%.}"`),
    `unset _word_${isGiven('PWD') ? '' : ' PWD'}`,
    'exec "$@"',
  ];
  return {
    path: '/bin/sh',
    args: ['-c', lines.join('\n')],
    environment: environment
      .filter(([, value]) => isPlainText(value))
      .map(([name, value]) => [name, plain(value)]),
  };
}

/** A substitution drops line ends at its end, so a full stop stands behind them. */
function octal(text: string): string {
  const digits = Array.from(text, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return `$(printf '${digits.join('')}.')`;
}
