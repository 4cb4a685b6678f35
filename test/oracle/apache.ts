import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LogLine } from './case.ts';
import { configFile, environment } from './lay-out.ts';
import type { LogSource } from './observe.ts';

const program = '/usr/sbin/apache2';
const startLimitMs = 10_000;
const stopLimitMs = 4_000;
const logFolders = ['/var/log/apache2', '/srv'];

/** A running Apache, started for one case. */
export interface Apache {
  readonly logs: LogSource;
  stop(): Promise<void>;
}

/** The version of the installed Apache, or undefined where there is none. */
export function installedVersion(): string | undefined {
  if (!existsSync(program)) return undefined;
  return /Apache\/(\S+)/.exec(spawnSync(program, ['-v'], { encoding: 'utf8' }).stdout)?.[1];
}

/** Starts Apache on the configuration that was laid out and waits until it is ready. */
export async function startApache(settleMs: number): Promise<Apache> {
  const child = spawn(program, ['-f', configFile, '-DFOREGROUND'], { env: environment, cwd: '/' });
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint += String(chunk);
  });
  child.stdout.resume();
  const logs = followLogs(settleMs);
  const end = Date.now() + startLimitMs;
  let started = '';
  // The last notice of a start is the command line, AH00094.
  while (!started.includes('AH00094')) {
    started += logs
      .take()
      .map(({ line }) => `${line}\n`)
      .join('');
    if (child.exitCode !== null || Date.now() > end) {
      throw new Error(`apache2 did not start: ${complaint}${started}`);
    }
    await pause(5);
  }
  return { logs, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
  await ended;
  clearTimeout(late);
}

/** Follows every `*.log` below the log folders. */
function followLogs(settleMs: number): LogSource {
  const offsets = new Map<string, number>();
  return {
    settleMs,
    take() {
      return logFiles().flatMap((file) => {
        const text = readFrom(file, offsets.get(file) ?? 0);
        const whole = text.slice(0, text.lastIndexOf('\n') + 1);
        offsets.set(file, (offsets.get(file) ?? 0) + whole.length);
        return whole
          .split('\n')
          .slice(0, -1)
          .map((line): LogLine => ({ file, line }));
      });
    },
  };
}

function logFiles(): readonly string[] {
  return logFolders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name))))
    .filter((path) => path.endsWith('.log'))
    .sort();
}

function readFrom(file: string, offset: number): string {
  const length = statSync(file).size - offset;
  if (length <= 0) return '';
  const descriptor = openSync(file, 'r');
  const buffer = Buffer.alloc(length);
  const count = readSync(descriptor, buffer, 0, length, offset);
  closeSync(descriptor);
  return buffer.toString('latin1', 0, count);
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
