import { type ChildProcess, spawn } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type InProcessServer, serveInProcess } from '@httpd-ts/server';
import { freePort } from '../../packages/server/src/trial/free-port.ts';

export { freePort };

/** A program that a test needs and that may not be installed; in CI it must be. */
export function installed(...programs: readonly string[]): boolean {
  const isThere = programs.every((program) => {
    try {
      accessSync(program, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (!isThere && process.env.CI === 'true')
    throw new Error(`this test needs ${programs.join(' and ')}; .ci/run installs it`);
  return isThere;
}

export const isRoot = process.getuid?.() === 0;

/** A folder of a test's own, that a program which gave up its privileges can enter. */
export function workFolder(): {
  readonly path: string;
  write(name: string, text: string): string;
  remove(): void;
} {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'httpd-ts-peer-')));
  chmodSync(path, 0o755);
  return {
    path,
    write(name, text) {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      return file;
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** A running program. */
export interface Peer {
  stop(): Promise<void>;
  /** Ends it without its leave. */
  kill(): Promise<void>;
}

/** Starts a program and waits until it takes connections. */
export async function startPeer(
  program: string,
  args: readonly string[],
  listening: { readonly port: number } | { readonly path: string },
  options: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string; readonly limitMs?: number } = {},
): Promise<Peer> {
  const child = spawn(program, args, {
    env: { ...process.env, ...options.env },
    cwd: options.cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    output += String(chunk);
  });
  const end = Date.now() + (options.limitMs ?? 15_000);
  while (!(await takesConnections(listening))) {
    if (child.exitCode !== null || Date.now() > end) {
      child.kill('SIGKILL');
      throw new Error(`${program} did not start:\n${output}`);
    }
    await pause(50);
  }
  return { stop: () => endChild(child, 'SIGTERM'), kill: () => endChild(child, 'SIGKILL') };
}

function takesConnections(at: { readonly port: number } | { readonly path: string }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect('port' in at ? { ...at, host: '127.0.0.1' } : at);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function endChild(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(signal);
  const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(late);
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A server under test: httpd-ts in this process, or Apache. */
export interface Front {
  readonly name: 'httpd-ts' | 'apache2';
  readonly port: number;
  /** httpd-ts itself, for a look inside. */
  readonly inProcess?: InProcessServer;
  errorLog(): Promise<string>;
  stop(): Promise<void>;
}

const modulesFolder = '/usr/lib/apache2/modules';

/** The least that both servers need before the lines of a test. */
function configuration(folder: string, port: number, modules: readonly string[], lines: string): string {
  const loads = ['mpm_event', 'authz_core', 'dir', 'mime', 'setenvif', 'env', 'headers', 'proxy', ...modules];
  const text = `ServerRoot ${folder}
ServerName www.example.com
DefaultRuntimeDir ${folder}
PidFile ${folder}/pid-${port}
ErrorLog ${folder}/error-${port}.log
Listen 127.0.0.1:${port}
${loads.map((name) => `LoadModule ${name}_module ${modulesFolder}/mod_${name}.so`).join('\n')}
TypesConfig /dev/null
DocumentRoot ${folder}/htdocs
${isRoot ? 'User www-data\nGroup www-data' : ''}
${lines}
`;
  return text;
}

/** Serves a configuration with httpd-ts. */
export async function startOurs(
  folder: ReturnType<typeof workFolder>,
  modules: readonly string[],
  lines: string,
): Promise<Front> {
  const port = await freePort();
  const configFile = folder.write(`httpd-${port}.conf`, configuration(folder.path, port, modules, lines));
  let complaints = '';
  const server = await serveInProcess({
    configFile,
    serverRoot: folder.path,
    report: (text) => {
      complaints += `${text}\n`;
    },
  });
  return {
    name: 'httpd-ts',
    port,
    inProcess: server,
    errorLog: () => readLog(join(folder.path, `error-${port}.log`)),
    stop: async () => {
      await server.stop();
      if (/error/i.test(complaints)) throw new Error(complaints);
    },
  };
}

/** The same with Apache. */
async function startApache(
  folder: ReturnType<typeof workFolder>,
  modules: readonly string[],
  lines: string,
): Promise<Front> {
  const port = await freePort();
  const file = folder.write(`apache-${port}.conf`, configuration(folder.path, port, modules, lines));
  const peer = await startPeer('/usr/sbin/apache2', ['-f', file, '-DFOREGROUND'], { port });
  return {
    name: 'apache2',
    port,
    errorLog: () => readLog(join(folder.path, `error-${port}.log`)),
    stop: () => peer.stop(),
  };
}

/** Apache can be asked the same: it is installed, and the tests run as root. */
export const hasApache = isRoot && installed('/usr/sbin/apache2');

/** Ours, and Apache behind it where it can be asked. */
export async function startFronts(
  folder: ReturnType<typeof workFolder>,
  modules: readonly string[],
  lines: string,
): Promise<readonly Front[]> {
  const ours = await startOurs(folder, modules, lines);
  return hasApache ? [ours, await startApache(folder, modules, lines)] : [ours];
}

async function readLog(file: string): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return readFile(file, 'latin1').catch(() => '');
}

/** What came back for a request. */
export interface Answer {
  readonly status: string;
  /** Without what differs from one moment or server to the next. */
  readonly headers: readonly string[];
  readonly body: string;
  /** The body ended as its head said. */
  readonly isWhole: boolean;
}

const differing = /^(?:date|server|keep-alive|connection|etag|set-cookie):/i;

/** Sends exact bytes on a connection of its own and reads the answer to its end. */
export async function ask(port: number, request: string | Buffer): Promise<Answer> {
  const bytes = await exchange(port, request);
  const text = bytes.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const [status = '', ...lines] = text.slice(0, end).split('\r\n');
  const raw = text.slice(end + 4);
  const isChunked = lines.some((line) => /^transfer-encoding: chunked$/i.test(line));
  const length = Number(lines.find((line) => /^content-length:/i.test(line))?.slice(15) ?? Number.NaN);
  const { body, isWhole } = isChunked ? dechunk(raw) : { body: raw, isWhole: !(raw.length < length) };
  const headers = lines.filter((line) => !differing.test(line)).sort();
  return { status, headers, body, isWhole };
}

function exchange(port: number, request: string | Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = net.connect(port, '127.0.0.1');
    socket.setTimeout(20_000, () => socket.destroy(new Error('no end of the answer')));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(chunks)));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET') reject(error);
    });
    socket.write(request, 'latin1' as BufferEncoding);
  });
}

function dechunk(raw: string): { body: string; isWhole: boolean } {
  let body = '';
  for (let at = 0; ; ) {
    const lineEnd = raw.indexOf('\r\n', at);
    if (lineEnd < 0) return { body, isWhole: false };
    const size = Number.parseInt(raw.slice(at, lineEnd), 16);
    if (size === 0) return { body, isWhole: true };
    body += raw.slice(lineEnd + 2, lineEnd + 2 + size);
    if (raw.length < lineEnd + 2 + size) return { body, isWhole: false };
    at = lineEnd + 4 + size;
  }
}

/** A request with the fields that all have. */
export function get(target: string, ...fields: readonly string[]): string {
  return request('GET', target, '', ...fields);
}

export function request(method: string, target: string, body: string, ...fields: readonly string[]): string {
  const length = body === '' ? [] : [`Content-Length: ${body.length}`];
  return `${[`${method} ${target} HTTP/1.1`, 'Host: www.example.com', 'Connection: close', ...length, ...fields].join('\r\n')}\r\n\r\n${body}`;
}
