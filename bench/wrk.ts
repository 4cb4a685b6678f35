import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProcess } from './started-processes.ts';

/** What wrk asks for. */
export interface Load {
  /** Asked for in turn. */
  readonly paths: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly connections: number;
}

/** What wrk saw. */
export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly p99Milliseconds: number;
  /** Answers of 400 and above. */
  readonly failedAnswers: number;
  /** Connections refused, reset, closed within an answer, or silent for two seconds. */
  readonly connectionErrors: number;
}

// wrk calls done() once, after the run; a request function only where there are several paths.
function script(load: Load): string {
  const list = load.paths.map((path) => `wrk.format("GET", ${JSON.stringify(path)})`).join(', ');
  const rotate = `
local requests = {}
local next = 0
function init(args) requests = { ${list} } end
function request() next = next % #requests + 1; return requests[next] end`;
  return `${load.paths.length > 1 ? rotate : ''}
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration,
    latency:percentile(99), e.status, e.connect + e.read + e.write + e.timeout))
end
`;
}

/** Runs wrk against a port and returns what it counted. */
export async function runWrk(
  port: number,
  load: Load,
  seconds: number,
  directory: string,
): Promise<LoadResult> {
  const file = join(directory, 'wrk.lua');
  writeFileSync(file, script(load));
  const headers = Object.entries(load.headers ?? {}).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const started = await startProcess(
    'wrk',
    [
      '-t1',
      `-c${load.connections}`,
      `-d${seconds}s`,
      '-s',
      file,
      ...headers,
      `http://127.0.0.1:${port}${load.paths[0]}`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  started.child.stdout!.on('data', (chunk: Buffer) => {
    output += chunk.toString('latin1');
  });
  await new Promise((resolve) => started.child.once('close', resolve));
  const match = /^RESULT (\d+) (\d+) (\d+) (\d+) (\d+)$/m.exec(output);
  if (!match) throw new Error(`wrk gave no result: ${output.trim().slice(-300)}`);
  const [requests, microseconds, p99, failedAnswers, connectionErrors] = match.slice(1).map(Number);
  return {
    requests: requests!,
    seconds: microseconds! / 1e6,
    p99Milliseconds: p99! / 1000,
    failedAnswers: failedAnswers!,
    connectionErrors: connectionErrors!,
  };
}
