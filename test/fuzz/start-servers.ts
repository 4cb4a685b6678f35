import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { type Configuration, preamble } from './configurations.ts';

/** One running server of the two. */
export interface RunningServer {
  readonly name: string;
  readonly port: number;
  readonly process: ChildProcess;
  /** Its folder, with `access.log` and `error.log`. */
  readonly folder: string;
}

const changed = new Date('2024-01-02T03:04:05Z');
const launcher = join(import.meta.dirname, '../../node_modules/.bin/httpd-ts');

/** Writes the document roots that both servers share. */
export function layOutFiles(configuration: Configuration, root: string): void {
  const folders = new Set<string>();
  for (const [name, text] of Object.entries(configuration.files)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    for (let folder = dirname(path); folder.length >= root.length; folder = dirname(folder))
      folders.add(folder);
    if (text.startsWith('->')) symlinkSync(text.slice(2), path);
    else {
      writeFileSync(path, text.replaceAll('@ROOT@', root), 'latin1');
      utimesSync(path, changed, changed);
    }
  }
  for (const folder of folders) {
    chmodSync(folder, 0o755);
    utimesSync(folder, changed, changed);
  }
}

/** Writes the configuration for one server and starts it; resolves when it accepts connections. */
export async function startServer(
  name: 'apache2' | 'httpd-ts',
  configuration: Configuration,
  folder: string,
  root: string,
  port: number,
  backEndPorts: readonly number[],
): Promise<RunningServer> {
  const file = writeConfiguration(configuration, { folder, root, port, backEndPorts });
  const program = programs[name];
  const child = spawn(program, ['-d', folder, '-f', file, '-DFOREGROUND'], {
    cwd: '/',
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  for (let tries = 0; !(await accepts(port)); tries++) {
    if (child.exitCode !== null || tries > 600) {
      child.kill('SIGKILL');
      throw new Error(`${name} does not start: ${readLog(folder)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { name, port, process: child, folder };
}

const programs = { apache2: '/usr/sbin/apache2', 'httpd-ts': launcher };

function writeConfiguration(configuration: Configuration, places: Places): string {
  mkdirSync(places.folder, { recursive: true });
  const file = join(places.folder, 'httpd.conf');
  writeFileSync(file, fillIn(preamble + configuration.text, places), 'latin1');
  return file;
}

/** What a server says about a configuration without starting on it; empty when it would start. */
export function complaintOf(
  name: 'apache2' | 'httpd-ts',
  configuration: Configuration,
  folder: string,
  root: string,
  backEndPorts: readonly number[] = [],
): string {
  const file = writeConfiguration(configuration, { folder, root, port: 1, backEndPorts });
  const { status, stderr } = spawnSync(programs[name], ['-t', '-d', folder, '-f', file], {
    encoding: 'latin1',
  });
  return status === 0 ? '' : stderr;
}

interface Places {
  readonly folder: string;
  readonly root: string;
  readonly port: number;
  readonly backEndPorts: readonly number[];
}

const fillIn = (text: string, places: Places) =>
  text
    .replaceAll('@OWN@', places.folder)
    .replaceAll('@ROOT@', places.root)
    .replaceAll('@PORT@', String(places.port))
    .replace(/@BACK(\d)@/g, (_, digit: string) => String(places.backEndPorts[Number(digit)]));

function readLog(folder: string): string {
  try {
    return readFileSync(join(folder, 'error.log'), 'latin1');
  } catch {
    return '';
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** Ends a server and waits until it is gone. */
export function stopServer(server: RunningServer): Promise<void> {
  return new Promise((resolve) => {
    server.process.once('exit', () => resolve());
    server.process.kill('SIGTERM');
    setTimeout(() => server.process.kill('SIGKILL'), 5000).unref();
  });
}
