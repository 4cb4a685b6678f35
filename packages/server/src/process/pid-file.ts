import * as fs from 'node:fs';
import { isAbsolute, join } from 'node:path';

/** What a pid file holds: a number, nothing (there is no such file), or something else. */
export type PidFileContent = { readonly pid: number } | 'missing' | 'corrupted';

/** Where the pid file is: ServerRoot decides, DefaultRuntimeDir does not. httpd: server/mpm_common.c ap_mpm_set_pidfile */
export function pidFilePath(pidFile: string, serverRoot: string): string {
  return isAbsolute(pidFile) ? pidFile : join(serverRoot, pidFile);
}

/** httpd: server/log.c ap_read_pid */
export function readPidFile(path: string): PidFileContent {
  let text: string;
  try {
    text = fs.readFileSync(path, 'latin1');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'missing' : 'corrupted';
  }
  const digits = /^\d+/.exec(text)?.[0];
  return digits === undefined || Number(digits) < 1 ? 'corrupted' : { pid: Number(digits) };
}

/** Writes the number of this process, under a new file name first so that nobody reads half of it. */
export function writePidFile(path: string): void {
  const fresh = `${path}.${process.pid}`;
  fs.writeFileSync(fresh, `${process.pid}\n`, { flag: 'wx', mode: 0o644 });
  try {
    fs.renameSync(fresh, path);
  } catch (error) {
    fs.rmSync(fresh, { force: true });
    throw error;
  }
}

/** Removes the pid file if it is this process's. */
export function removePidFile(path: string): void {
  const content = readPidFile(path);
  if (typeof content === 'object' && content.pid === process.pid) fs.rmSync(path, { force: true });
}

/** Whether a process of this number exists. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** httpd's words for a pid file that holds no number. */
export function corruptedPidFile(path: string): string {
  return (
    `(20014)Internal error (specific information not available): AH00058: Error retrieving pid file ${path}\n` +
    'AH00059: Remove it before continuing if it is corrupted.'
  );
}
