import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, cpSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { followFile } from './follow-file.ts';
import { httpdTsCommand, repositoryRoot } from './httpd-ts-command.ts';

const host = '127.0.0.1';
const frontPort = 8080;
const greetings = new Map([
  [8081, 'Hello world!'],
  [8082, 'Howdy world!'],
]);

const welcome = `
  Open http://localhost:${frontPort}/ or try

    curl -i http://localhost:${frontPort}/                     a file
    curl -i http://localhost:${frontPort}/app/                 ProxyPass to one back end
    curl -i http://localhost:${frontPort}/hello/               a balancer: ask twice
    curl -i http://localhost:${frontPort}/old/index.html       RewriteRule, a redirect
    curl -i http://localhost:${frontPort}/blog/first-post.php  RewriteRule, to a back end
    curl -s 'http://localhost:${frontPort}/server-status?auto' mod_status

  The configuration is in fixtures/quickstart. Requests appear below; Ctrl-C stops everything.
`;

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}

function portProblem(port: number, error: unknown): Error {
  const code = (error as NodeJS.ErrnoException).code;
  const reason =
    code === 'EADDRINUSE' ? 'another program listens there; stop it and try again' : String(error);
  return new Error(`cannot listen on ${host}:${port}: ${reason}`);
}

/** A demo back end: the same greeting for every request. */
async function startBackend(port: number, greeting: string): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume();
    response.setHeader('Content-Type', 'text/plain');
    response.end(`${greeting}\n`);
  });
  await listen(server, port).catch((error: unknown) => {
    throw portProblem(port, error);
  });
  return server;
}

/** The server would say the same, with Apache's words; this says it before anything is started. */
async function requireFreePort(port: number): Promise<void> {
  const server = createServer();
  await listen(server, port).catch((error: unknown) => {
    throw portProblem(port, error);
  });
  await new Promise((resolve) => server.close(resolve));
}

function othersMayEnter(directory: string): boolean {
  const parent = dirname(directory);
  return (statSync(directory).mode & 0o001) !== 0 && (parent === directory || othersMayEnter(parent));
}

interface Tree {
  readonly directory: string;
  readonly remove: () => void;
}

/** The tree of the repository, or a copy of it where the server could not read or write it. */
function readableTree(): Tree {
  const own = join(repositoryRoot, 'fixtures/quickstart');
  // Started as root, the server answers as an unprivileged user, who cannot enter /root, say.
  if (process.getuid?.() !== 0 || othersMayEnter(own)) {
    accessSync(join(own, 'var'), constants.W_OK);
    return { directory: own, remove: () => undefined };
  }
  const directory = mkdtempSync(join(tmpdir(), 'httpd-ts-quickstart-'));
  cpSync(own, directory, { recursive: true });
  spawnSync('chmod', ['-R', 'a+rX', directory]);
  console.log(`${own} cannot be read by the server's unprivileged user; serving a copy of it.`);
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

function startFront(tree: string, other: string | undefined): ChildProcess {
  const args = ['-d', tree, '-f', join(tree, 'apache2.conf'), '-DFOREGROUND'];
  const stdio = ['ignore', 'inherit', 'inherit'] as const;
  if (other !== undefined) {
    // Another server of Apache's language gets the variables as apachectl would set them.
    const script = '. "$1/envvars"; shift; exec "$@"';
    return spawn('/bin/sh', ['-c', script, 'sh', tree, other, ...args], { stdio: [...stdio] });
  }
  const command = httpdTsCommand();
  if (command === undefined) throw new Error('node_modules/.bin/httpd-ts is missing; run "npm ci" first');
  return spawn(command, args, { stdio: [...stdio] });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** Runs the front server until it ends or a signal asks for the end; gives the exit code. */
async function serve(tree: string, other: string | undefined): Promise<number> {
  const logs = ['access.log', 'error.log'].map((name) =>
    followFile(join(tree, 'var', name), (bytes) => process.stdout.write(bytes)),
  );
  const front = startFront(tree, other);
  let stopping = false;
  const ended = new Promise<number>((resolve, reject) => {
    front.once('error', reject);
    front.once('exit', (code) => resolve(stopping ? 0 : (code ?? 1)));
  });
  const stop = () => {
    if (stopping) return;
    stopping = true;
    front.kill('SIGTERM');
    setTimeout(() => front.kill('SIGKILL'), 10_000).unref();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  void announceWhenReady(() => stopping || front.exitCode !== null);
  const code = await ended;
  for (const takeRest of logs) takeRest();
  return code;
}

async function announceWhenReady(isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    if (await accepts(frontPort)) {
      console.log(welcome);
      return;
    }
    await delay(50);
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { server: { type: 'string' } } });
  await requireFreePort(frontPort);
  const tree = readableTree();
  const backends: Server[] = [];
  try {
    for (const [port, greeting] of greetings) backends.push(await startBackend(port, greeting));
    return await serve(tree.directory, values.server);
  } finally {
    for (const backend of backends) {
      backend.close();
      backend.closeAllConnections();
    }
    tree.remove();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`quickstart: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
