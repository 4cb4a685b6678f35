import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
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
  const observed = await observeServer(testCase, start, recording);
  return compareRecordings(recording.exchanges, observed, { errorLog: testCase.options.errorLog === true });
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
  const lines: LogLine[] = [];
  // Every socket is bound to a port that the system gives: none is looked for first and lost to another meanwhile.
  const backEnds = await startBackEnds(testCase.backEnds, () => ({ address: loopback, port: 0 }));
  const places = createPlaces(testCase, backEnds.ports);
  const world = createWorld(testCase, root, places, (line) => lines.push(line));
  const client = createClient(
    (to) => places.front(to),
    (from) => places.clientAddress(from),
  );
  try {
    const server = await start(world);
    places.takeFronts(server.listening);
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
  places: Places,
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
    mapListen: places.listen,
    mapConnect: (address, port) => places.backEndOrRefusal({ address, port }),
    mapPeer: places.claimedAddress,
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
interface Places {
  /** Takes note of where the server listens, once it does. */
  takeFronts(listening: readonly ListenMapping[]): void;
  front(to: Endpoint): Endpoint;
  listen(address: string | undefined, port: number): readonly Endpoint[];
  backEndOrRefusal(at: Endpoint): Endpoint;
  clientAddress(from: string): string;
  claimedAddress(address: string): string;
}

function createPlaces(testCase: Case, backEndPorts: ReadonlyMap<string, number>): Places {
  const wanted = [...new Map(testCase.exchanges.map(({ to }) => [key(to), to])).values()];
  const backs = new Map(
    Object.entries(testCase.backEnds).map(([name, { listen }]) => [
      key(resolved(testCase, listen)),
      { address: loopback, port: backEndPorts.get(name)! },
    ]),
  );
  const fronts = new Map<string, Endpoint>();
  const clients = [...new Set(testCase.exchanges.map(({ from }) => from))];
  return {
    takeFronts(listening) {
      for (const { bind, local } of listening) fronts.set(key(local), bind);
    },
    front: (to) => fronts.get(key(to)) ?? refusing,
    listen: (address, port) =>
      wanted.filter((local) => local.port === port && (isWildcard(address) || address === local.address)),
    // A server may proxy to itself, too.
    backEndOrRefusal: (at) => backs.get(key(at)) ?? fronts.get(key(at)) ?? refusing,
    clientAddress: (from) => (from.startsWith('127.') ? from : `127.77.0.${1 + clients.indexOf(from)}`),
    claimedAddress: (address) => clients[Number(/^127\.77\.0\.(\d+)$/.exec(address)?.[1]) - 1] ?? address,
  };
}

const key = ({ address, port }: Endpoint) => `${address}:${port}`;

function isWildcard(address: string | undefined): boolean {
  return address === undefined || address === '*' || address === '0.0.0.0' || address === '::';
}
