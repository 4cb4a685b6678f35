import { type ChildProcess, spawn } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A text that fixtures keep short: literal pieces, and pieces repeated so many times. */
export type Pieces = readonly (string | readonly [string, number])[];

/** A running Apache with its own directory and logs. */
export type RunningApache = {
  directory: string;
  /** The lines written to a log since the last call. */
  newLines: (log: 'error.log' | 'access.log' | 'forensic.log') => string[];
  stop: () => Promise<void>;
};

/** What came back on a connection: the bytes, and whether the server closed it. */
export type Exchange = { answer: string; closed: boolean };

/** Spells out the pieces. */
export function expand(pieces: Pieces): string {
  return pieces.map((piece) => (typeof piece === 'string' ? piece : piece[0].repeat(piece[1]))).join('');
}

/** Starts Apache on a configuration (`@DIR@` is its directory) and waits until the port answers. */
export async function startApache(configuration: string, port: number): Promise<RunningApache> {
  const directory = mkdtempSync(join(tmpdir(), 'http1-'));
  mkdirSync(join(directory, 'htdocs'), { mode: 0o755 });
  for (const log of ['error.log', 'access.log', 'forensic.log']) appendFileSync(join(directory, log), '');
  writeFileSync(join(directory, 'htdocs', 'index.html'), 'hello\n');
  const file = join(directory, 'httpd.conf');
  writeFileSync(file, configuration.replaceAll('@DIR@', directory));
  spawn('chmod', ['-R', 'a+rX', directory]);
  const child = spawn('apache2', ['-f', file, '-DFOREGROUND'], { stdio: 'inherit' });
  await waitForPort(port, child);
  const positions = new Map<string, number>();
  return {
    directory,
    newLines: (log) => {
      const path = join(directory, log);
      const from = positions.get(log) ?? 0;
      positions.set(log, statSync(path).size);
      return readFileSync(path, 'latin1').slice(from).split('\n').filter(Boolean);
    },
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      rmSync(directory, { recursive: true });
    },
  };
}

async function waitForPort(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (child.exitCode !== null) throw new Error('apache2 did not start');
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.on('connect', () => socket.destroy());
      socket.on('error', () => resolve(false));
    });
    if (open) return;
    await sleep(50);
  }
  throw new Error(`apache2 does not listen on ${port}`);
}

/** Sends bytes on a new connection, and reads until the server closes it or is silent for so long. */
export function exchange(port: number, bytes: string, quietMs: number): Promise<Exchange> {
  return new Promise((resolve) => {
    let answer = '';
    let timer: NodeJS.Timeout | undefined;
    const socket = connect({ port, host: '127.0.0.1' });
    const finish = (closed: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ answer, closed });
    };
    const wait = () => {
      clearTimeout(timer);
      // A first byte may take long on a busy machine.
      timer = setTimeout(() => finish(false), answer === '' ? 5 * quietMs : quietMs);
    };
    socket.on('connect', () => socket.write(bytes, 'latin1'));
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      wait();
    });
    socket.on('end', () => finish(true));
    socket.on('error', () => finish(true));
    wait();
  });
}
