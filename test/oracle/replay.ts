import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBackEnds } from './back-ends.ts';
import { type Case, type LogLine, loadCase, loadRecording, type Observed, type Recording } from './case.ts';
import { createClient } from './client.ts';
import { compareRecordings } from './compare.ts';
import { machineName } from './hosts.ts';
import { configFile, environment, layOut, ownFolders } from './lay-out.ts';
import { observe } from './observe.ts';
import { type Endpoint, parseEndpoint } from './parse-requests.ts';
import type { ListenMapping, ReplayWorld, StartServer } from './start-httpd-ts.ts';

const loopback = '127.0.0.1';
/** Nothing listens here, so that a back end the case does not have refuses. */
const refusing: Endpoint = { address: loopback, port: 1 };

/** Replays a case against a server and says in what it differs from the recording. */
export async function replayCase(name: string, start: StartServer): Promise<readonly string[]> {
  const testCase = loadCase(name);
  const recording = loadRecording(testCase.folder);
  if (recording === undefined) return [`${name} is not recorded: npm run record -- ${name}`];
  const observed = await withFreePorts(() => observeServer(testCase, start, recording));
  return compareRecordings(recording.exchanges, observed, { errorLog: false });
}

/** Ports are looked for and then bound: between the two, another test may take one. Then others are looked for. */
async function withFreePorts<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!/EADDRINUSE|AH00072/.test(String(error))) throw error;
    return run();
  }
}

/** Runs the exchanges of a case against a server in this process, without privileges. */
export async function observeServer(
  testCase: Case,
  start: StartServer,
  recording?: Recording,
): Promise<readonly Observed[]> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'httpd-ts-')));
  try {
    for (const folder of ownFolders) mkdirSync(join(root, folder), { recursive: true });
    layOut(testCase, root);
    return await observeIn(testCase, root, start, recording);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function observeIn(
  testCase: Case,
  root: string,
  start: StartServer,
  recording: Recording | undefined,
): Promise<readonly Observed[]> {
  const ports = await choosePorts(testCase);
  const lines: LogLine[] = [];
  const world = createWorld(testCase, root, ports, (line) => lines.push(line));
  const backEnds = await startBackEnds(testCase.backEnds, (listen) =>
    ports.backEnd(resolved(testCase, listen)),
  );
  const client = createClient(
    (to) => ports.front(to),
    (from) => ports.clientAddress(from),
  );
  try {
    const server = await start(world);
    lines.length = 0;
    try {
      return await observe(
        testCase,
        client,
        backEnds,
        { settleMs: 0, take: () => lines.splice(0) },
        recording,
      );
    } finally {
      client.close();
      await server.stop();
    }
  } finally {
    client.close();
    backEnds.close();
  }
}

function createWorld(
  testCase: Case,
  root: string,
  ports: Ports,
  writeLine: (line: LogLine) => void,
): ReplayWorld {
  const mapPath = (path: string) => (isOwn(path) ? join(root, path) : path);
  return {
    configFile,
    environment,
    hostName: machineName,
    mapPath,
    unmapPath: (path) => (path.startsWith(`${root}/`) ? path.slice(root.length) : path),
    resolve: (hostName) => testCase.hosts[hostName.toLowerCase()],
    nameOf: (address) => Object.keys(testCase.hosts).find((name) => testCase.hosts[name] === address),
    mapListen: ports.listen,
    mapConnect: (address, port) => ports.backEndOrRefusal({ address, port }),
    mapPeer: ports.claimedAddress,
    writeLog: (file, line) => writeLine({ file, line }),
  };
}

function isOwn(path: string): boolean {
  return (
    path === '/etc/mime.types' ||
    ownFolders.some((folder) => path === folder || path.startsWith(`${folder}/`))
  );
}

function resolved({ hosts }: Case, listen: string): Endpoint {
  const { address, port } = parseEndpoint(listen);
  return { address: hosts[address] ?? address, port };
}

/** True ports and addresses for those of a case. */
interface Ports {
  front(to: Endpoint): Endpoint;
  listen(address: string | undefined, port: number): readonly ListenMapping[];
  backEnd(at: Endpoint): Endpoint;
  backEndOrRefusal(at: Endpoint): Endpoint;
  clientAddress(from: string): string;
  claimedAddress(address: string): string;
}

async function choosePorts(testCase: Case): Promise<Ports> {
  const fronts = await freePorts(testCase.exchanges.map(({ to }) => to));
  const backs = await freePorts(
    Object.values(testCase.backEnds).map(({ listen }) => resolved(testCase, listen)),
  );
  const clients = [...new Set(testCase.exchanges.map(({ from }) => from))];
  return {
    front: (to) => fronts.get(key(to))?.bind ?? refusing,
    listen: (address, port) =>
      [...fronts.values()].filter(
        ({ local }) => local.port === port && (isWildcard(address) || address === local.address),
      ),
    backEnd: (at) => backs.get(key(at))?.bind ?? refusing,
    // A server may proxy to itself, too.
    backEndOrRefusal: (at) => (backs.get(key(at)) ?? fronts.get(key(at)))?.bind ?? refusing,
    clientAddress: (from) => (from.startsWith('127.') ? from : `127.77.0.${1 + clients.indexOf(from)}`),
    claimedAddress: (address) => clients[Number(/^127\.77\.0\.(\d+)$/.exec(address)?.[1]) - 1] ?? address,
  };
}

const key = ({ address, port }: Endpoint) => `${address}:${port}`;

function isWildcard(address: string | undefined): boolean {
  return address === undefined || address === '*' || address === '0.0.0.0' || address === '::';
}

async function freePorts(wanted: readonly Endpoint[]): Promise<ReadonlyMap<string, ListenMapping>> {
  const unique = new Map(wanted.map((local) => [key(local), local]));
  const pairs = await Promise.all(
    [...unique].map(async ([name, local]) => [name, { bind: await freePort(), local }] as const),
  );
  return new Map(pairs);
}

function freePort(): Promise<Endpoint> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, loopback, () => {
      const address = probe.address();
      const port = address !== null && typeof address === 'object' ? address.port : 0;
      probe.close(() => resolve({ address: loopback, port }));
    });
  });
}
