import type { ConnectionStatus, Plan, RequestRecord, ThreadStatus } from '@httpd-ts/kernel';
import { localTime, strftime } from '@httpd-ts/kernel';
import { httpdVersion, serverNameOf } from '../core/contract.ts';

/** Everything the status pages show, gathered once for a page. */
export interface ServerState {
  readonly name: string;
  readonly localAddress: string;
  readonly version: string;
  readonly engine: string;
  readonly mpm: string;
  readonly currentTime: string;
  readonly restartTime: string;
  readonly uptimeSeconds: number;
  readonly load: readonly [number, number, number];
  readonly cpu: { readonly user: number; readonly system: number };
  readonly accesses: number;
  readonly kilobytes: number;
  readonly durationMs: number;
  readonly busy: number;
  readonly graceful: number;
  readonly idle: number;
  readonly threads: readonly ThreadStatus[];
  /** A character for each worker that httpd would have: those with a connection first, then the idle ones. */
  readonly scoreboard: string;
  readonly isExtended: boolean;
}

const printTime = strftime('%A, %d-%b-%Y %H:%M:%S %Z');

/** A worker is taken up by a connection unless the connection only waits for its next request. */
export const takesWorker = ({ state }: ConnectionStatus) => state !== 'K';

/** httpd's default MaxRequestWorkers with the event MPM. */
const defaultWorkers = 400;

/** How many workers a server has. */
export const workersOf = ({ process }: Plan) => process.maxRequestWorkers ?? defaultWorkers;

/** Asks all threads what they do. */
export async function collectState(request: RequestRecord): Promise<ServerState> {
  const { plan } = request.server;
  const { clock, scoreboard, system } = plan.world;
  const threads = await scoreboard.collect();
  const now = clock.now();
  const date = (atMs: number) => printTime(localTime(atMs, clock.zoneOffsetMinutes(atMs)));
  const states = threads.flatMap(({ connections }) =>
    connections.filter(takesWorker).map(({ state }) => state),
  );
  const graceful = states.filter((state) => state === 'G').length;
  const workers = Math.max(workersOf(plan), states.length);
  return {
    name: serverNameOf(request),
    localAddress: request.connection.localAddress,
    version: `Apache/${httpdVersion.join('.')} (${system.platform})`,
    engine: `httpd-ts ${system.version}`,
    mpm: plan.process.mpm ?? 'event',
    currentTime: date(now),
    restartTime: date(system.startedAtMs),
    uptimeSeconds: Math.max(0, Math.floor((now - system.startedAtMs) / 1000)),
    load: system.load(),
    cpu: system.cpuSeconds(),
    accesses: total(threads, ({ accesses }) => accesses),
    kilobytes: Math.floor(total(threads, ({ bytes }) => bytes) / 1024),
    durationMs: Math.floor(total(threads, ({ durationMs }) => durationMs)),
    busy: states.length - graceful,
    graceful,
    idle: workers - states.length,
    threads,
    scoreboard: states.join('') + '_'.repeat(workers - states.length),
    isExtended: plan.process.extendedStatus ?? true,
  };
}

function total(threads: readonly ThreadStatus[], count: (thread: ThreadStatus) => number): number {
  return threads.reduce((sum, thread) => sum + count(thread), 0);
}

/** Connections of a thread in a state. */
export function inState(thread: ThreadStatus, ...states: readonly ConnectionStatus['state'][]): number {
  return thread.connections.filter(({ state }) => states.includes(state)).length;
}
