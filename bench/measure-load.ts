import { request } from 'node:http';
import type { Contestant } from './contestants.ts';
import { type CpuTime, cpuBetween, treeCpu, treeUsage } from './process-tree.ts';
import { mebibytes, median, ratio, type Table } from './report.ts';
import type { BenchContext } from './scenario.ts';
import type { ServerName } from './servers/server.ts';
import { type Load, type LoadResult, runWrk } from './wrk.ts';

/** A load and what a right answer to it is. */
export interface CheckedLoad extends Load {
  /** Length of each path's body, in the order of the paths. */
  readonly bodyBytes: readonly number[];
  /** Requests without which a server is not warm: all that it keeps has been in use. */
  readonly warmUpRequests?: number;
}

/** Medians over the valid rounds of one server. */
export interface Measurement {
  readonly name: ServerName;
  readonly cpuMicroseconds: number;
  readonly systemMicroseconds: number;
  readonly requestsPerSecond: number;
  readonly p99Milliseconds: number;
  readonly residentBytes: number;
  readonly proportionalBytes: number;
}

interface Round {
  readonly connectionErrors: number;
  readonly cpu: CpuTime;
  readonly requestsPerSecond: number;
  readonly p99Milliseconds: number;
}

function answerOf(
  port: number,
  path: string,
  headers: Load['headers'],
): Promise<{ status: number; bytes: number }> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { port, path, host: '127.0.0.1', headers: { ...headers }, agent: false },
      (response) => {
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, bytes }));
        response.on('error', reject);
      },
    );
    asked.setTimeout(10_000, () => asked.destroy(new Error('no answer within 10 s')));
    asked.on('error', reject);
    asked.end();
  });
}

/** Says what is wrong with the answers to a load, or nothing. */
async function wrongAnswer(port: number, load: CheckedLoad): Promise<string | undefined> {
  for (const [index, path] of load.paths.entries()) {
    try {
      const { status, bytes } = await answerOf(port, path, load.headers);
      const expected = load.bodyBytes[index];
      if (status !== 200) return `${path} answers ${status}`;
      if (bytes !== expected) return `${path} has ${bytes} bytes instead of ${expected}`;
    } catch (error) {
      return `${path}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  return undefined;
}

// Apache closes kept connections when all workers of a child are busy and when it retires a child, and some of
// them under a request. A few cost nothing to speak of; they are named below the table.
const toleratedConnectionErrors = 0.01;

function failureOf(result: LoadResult): string | undefined {
  const { requests, failedAnswers, connectionErrors } = result;
  if (failedAnswers > 0) return `${failedAnswers} of ${requests} answers failed`;
  if (connectionErrors > requests * toleratedConnectionErrors) {
    return `${connectionErrors} connection errors, ${requests} answers`;
  }
  return undefined;
}

async function measureRound(
  context: BenchContext,
  { server }: Contestant,
  load: CheckedLoad,
): Promise<Round | string> {
  const wrong = await wrongAnswer(server.port, load);
  if (wrong !== undefined) return wrong;
  const before = treeCpu(server.pid);
  const result = await runWrk(server.port, load, context.seconds, context.directory);
  const after = treeCpu(server.pid);
  if (result.requests === 0) return 'no request was answered';
  const failure = failureOf(result);
  if (failure !== undefined) return failure;
  return {
    cpu: cpuBetween(before, after, result.requests),
    requestsPerSecond: result.requests / result.seconds,
    p99Milliseconds: result.p99Milliseconds,
    connectionErrors: result.connectionErrors,
  };
}

function summarise(contestant: Contestant, rounds: readonly Round[]): Measurement {
  const { residentBytes, proportionalBytes } = treeUsage(contestant.server.pid);
  return {
    name: contestant.name,
    cpuMicroseconds: median(rounds.map(({ cpu }) => cpu.total)),
    systemMicroseconds: median(rounds.map(({ cpu }) => cpu.system)),
    requestsPerSecond: median(rounds.map((round) => round.requestsPerSecond)),
    p99Milliseconds: median(rounds.map((round) => round.p99Milliseconds)),
    residentBytes,
    proportionalBytes,
  };
}

const warmUpSlice = 4;
const warmUpSlices = { least: 3, most: 10 };

/**
 * Drives a server until a request costs no less than before. A long-running server is what is compared: code compiled
 * at run time gets faster for the first half minute, the others are as fast at once and need the least only.
 */
async function warmUp(context: BenchContext, { name, server }: Contestant, load: CheckedLoad): Promise<void> {
  let cheapest = Number.POSITIVE_INFINITY;
  let asked = 0;
  for (let slice = 1; slice <= warmUpSlices.most; slice++) {
    const before = treeCpu(server.pid);
    const { requests } = await runWrk(server.port, load, warmUpSlice, context.directory);
    const cost = cpuBetween(before, treeCpu(server.pid), Math.max(1, requests)).total;
    context.say(`warming up, ${name}: ${cost.toFixed(1)} µs`);
    asked += requests;
    if (asked < (load.warmUpRequests ?? 0)) continue;
    if (slice >= warmUpSlices.least && cost > cheapest * 0.97) return;
    cheapest = Math.min(cheapest, cost);
  }
}

/** Warms every server up, then drives them in turn, round by round. */
export async function measureLoad(
  context: BenchContext,
  contestants: readonly Contestant[],
  load: CheckedLoad,
): Promise<{ measurements: Measurement[]; notes: string[] }> {
  const rounds = new Map<ServerName, Round[]>(contestants.map(({ name }) => [name, []]));
  const notes: string[] = [];
  for (const contestant of contestants) await warmUp(context, contestant, load);
  for (let round = 1; round <= context.rounds; round++) {
    // Each round begins with another server, so that none always follows the same one.
    const first = round % contestants.length;
    for (const contestant of [...contestants.slice(first), ...contestants.slice(0, first)]) {
      const result = await measureRound(context, contestant, load);
      if (typeof result === 'string') notes.push(`${contestant.name}: round ${round} is invalid: ${result}.`);
      else rounds.get(contestant.name)!.push(result);
      const shown = typeof result === 'string' ? result : `${result.cpu.total.toFixed(1)} µs`;
      context.say(`round ${round}, ${contestant.name}: ${shown}`);
    }
  }
  for (const [name, valid] of rounds) {
    const errors = valid.reduce((sum, round) => sum + round.connectionErrors, 0);
    if (errors > 0) notes.push(`${name}: ${errors} connections failed under a request in the valid rounds.`);
  }
  const measured = contestants.filter(({ name }) => rounds.get(name)!.length > 0);
  return { measurements: measured.map((one) => summarise(one, rounds.get(one.name)!)), notes };
}

/** The usual table of a load: one row a server. */
export function loadTable(measurements: readonly Measurement[]): Table {
  const apache = measurements.find(({ name }) => name === 'apache2');
  return {
    columns: [
      ...['server', 'CPU µs/request', 'system µs', 'to apache2', 'requests/s', 'to apache2'],
      ...['p99 ms', 'RSS MiB', 'PSS MiB'],
    ],
    rows: measurements.map((one) => [
      one.name,
      one.cpuMicroseconds.toFixed(1),
      one.systemMicroseconds.toFixed(1),
      ratio(one.cpuMicroseconds, apache?.cpuMicroseconds),
      one.requestsPerSecond.toFixed(0),
      ratio(one.requestsPerSecond, apache?.requestsPerSecond),
      one.p99Milliseconds.toFixed(2),
      mebibytes(one.residentBytes),
      mebibytes(one.proportionalBytes),
    ]),
  };
}
