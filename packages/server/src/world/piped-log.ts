import type { ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { commandWords } from '@httpd-ts/kernel';
import { builtins } from './builtins.ts';
import type { LogSink } from './logs.ts';

/** Bytes kept for a program that reads more slowly than we write, or is being started again. */
const heldLimit = 16 * 1024 * 1024;
const restartMs = 1000;

/** Where what the programs say themselves goes. */
export interface ProgramOutput {
  /** Their standard output: the server's, or nowhere for a server in the background. */
  readonly output: 'inherit' | 'ignore';
  /** Takes what they write to standard error, and word of those that failed. */
  errors(bytes: Uint8Array): void;
}

/**
 * Feeds a program, and starts it again when it dies. Lines that come in between wait for it.
 * httpd: server/log.c ap_open_piped_log_ex, piped_log_maintenance
 */
export function pipedLog(target: string, { output, errors }: ProgramOutput): LogSink {
  const program = target.replace(/^\|[|$]?/, '').trim();
  const usesShell = target.startsWith('|$');
  let child: ChildProcess | undefined;
  let closed = false;
  let startedAt = 0;
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  const start = () => {
    const { spawn } = builtins.childProcess;
    startedAt = performance.now();
    const words = commandWords(program);
    const stdio: ['pipe', 'inherit' | 'ignore', 'pipe'] = ['pipe', output, 'pipe'];
    child = usesShell
      ? spawn('/bin/sh', ['-c', program], { stdio })
      : spawn(words[0] ?? '', words.slice(1), { stdio });
    const own = child;
    own.stdin!.on('error', () => {});
    own.stderr!.on('data', errors);
    own.on('error', () => ended(own));
    own.on('exit', () => ended(own));
    for (const bytes of waiting) own.stdin!.write(bytes);
    waiting = [];
    waitingBytes = 0;
  };
  const ended = (which: ChildProcess) => {
    if (which !== child || closed) return;
    child = undefined;
    errors(Buffer.from(`AH00106: piped log program '${program}' failed unexpectedly\n`, 'latin1'));
    const wait = Math.max(0, restartMs - (performance.now() - startedAt));
    setTimeout(() => {
      if (!closed) start();
    }, wait).unref();
  };
  start();
  return {
    write(text) {
      const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
      const input = child?.stdin;
      if ((input?.writableLength ?? waitingBytes) > heldLimit) return;
      if (input != null) input.write(bytes);
      else {
        waiting.push(bytes);
        waitingBytes += bytes.length;
      }
    },
    close() {
      closed = true;
      child?.stdin?.end();
    },
  };
}

/** Throws where the program cannot be started. httpd: APR's apr_procattr_error_check_set */
export function checkLogProgram(target: string): void {
  const path = commandWords(target.replace(/^\|[|$]?/, ''))[0] ?? '';
  // The shell finds what has no path by itself.
  if (!target.startsWith('|$') || path.startsWith('/')) accessSync(path, constants.R_OK | constants.X_OK);
}
