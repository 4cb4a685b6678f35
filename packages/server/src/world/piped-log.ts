import type { ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { commandWords } from '@httpd-ts/kernel';
import { builtins } from './builtins.ts';
import type { LogSink } from './logs.ts';

/** Bytes kept for a program that reads more slowly than we write, or is being started again. */
const heldLimit = 16 * 1024 * 1024;
const restartMs = 1000;

/**
 * Feeds a program, and starts it again when it dies.
 * httpd: server/log.c ap_open_piped_log_ex, piped_log_maintenance
 */
export function pipedLog(target: string): LogSink {
  const program = target.replace(/^\|[|$]?/, '').trim();
  const usesShell = target.startsWith('|$');
  let child: ChildProcess | undefined;
  let closed = false;
  let startedAt = 0;
  const start = () => {
    const { spawn } = builtins.childProcess;
    startedAt = performance.now();
    const words = commandWords(program);
    child = usesShell
      ? spawn('/bin/sh', ['-c', program], { stdio: ['pipe', 'inherit', 'inherit'] })
      : spawn(words[0] ?? '', words.slice(1), { stdio: ['pipe', 'inherit', 'inherit'] });
    const own = child;
    own.stdin!.on('error', () => {});
    own.on('error', () => ended(own));
    own.on('exit', () => ended(own));
  };
  const ended = (which: ChildProcess) => {
    if (which !== child || closed) return;
    child = undefined;
    process.stderr.write(`AH00106: piped log program '${program}' failed unexpectedly\n`);
    const wait = Math.max(0, restartMs - (performance.now() - startedAt));
    setTimeout(() => {
      if (!closed) start();
    }, wait).unref();
  };
  start();
  return {
    write(bytes) {
      const input = child?.stdin;
      if (input == null || input.writableLength > heldLimit) return;
      if (typeof bytes === 'string') input.write(bytes, 'latin1');
      else input.write(bytes);
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
