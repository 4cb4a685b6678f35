import { type ClientRequest, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { absenceNotes, type Contestant, startOnWork, stopContestants, type Work } from '../contestants.ts';
import { treeCpu, treeResidentBytes } from '../process-tree.ts';
import { mebibytes, type Report } from '../report.ts';
import type { BenchContext, Scenario } from '../scenario.ts';
import { nginxProxy } from '../servers/nginx.ts';
import { startServer } from '../servers/server.ts';
import { proxyModules, writeDocuments } from '../work.ts';

const bodyBytes = 2 ** 30;
const chunk = Buffer.alloc(64 * 1024, 'x');
const backendFile = fileURLToPath(new URL('../servers/large-body-backend.ts', import.meta.url));

function writeBody(asked: ClientRequest, bytes: number): void {
  let left = bytes;
  const pump = () => {
    while (left > 0 && !asked.destroyed) {
      const part = left < chunk.length ? chunk.subarray(0, left) : chunk;
      left -= part.length;
      if (!asked.write(part)) {
        asked.once('drain', pump);
        return;
      }
    }
    asked.end();
  };
  pump();
}

interface Answer {
  readonly status: number;
  readonly bytes: number;
  /** The first bytes: enough to read a number. */
  readonly start: string;
}

function readAnswer(response: IncomingMessage): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    let start = '';
    response.on('data', (data: Buffer) => {
      if (bytes < 32) start += data.subarray(0, 32).toString('latin1');
      bytes += data.length;
    });
    response.on('end', () => resolve({ status: response.statusCode ?? 0, bytes, start }));
    response.on('error', reject);
  });
}

function exchange(port: number, options: RequestOptions, sendBytes: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ ...options, port, host: '127.0.0.1', agent: false }, (response) => {
      readAnswer(response).then(resolve, reject);
    });
    asked.setTimeout(60_000, () => asked.destroy(new Error('nothing moved for 60 s')));
    asked.on('error', reject);
    writeBody(asked, sendBytes);
  });
}

/** One way of passing a large body; gives the number of bytes that arrived. */
interface Passage {
  readonly title: string;
  readonly pass: (port: number) => Promise<{ status: number; arrived: number }>;
}

function upload(title: string, headers: Readonly<Record<string, string | number>>): Passage {
  return {
    title,
    pass: async (port) => {
      const options = { path: '/drain', method: 'POST', headers };
      const { status, start } = await exchange(port, options, bodyBytes);
      return { status, arrived: Number(start) };
    },
  };
}

function download(title: string, path: string): Passage {
  return {
    title,
    pass: async (port) => {
      const { status, bytes } = await exchange(port, { path: `${path}?bytes=${bodyBytes}` }, 0);
      return { status, arrived: bytes };
    },
  };
}

const passages = [
  upload('request, content-length', { 'Content-Length': bodyBytes }),
  upload('request, chunked', { 'Transfer-Encoding': 'chunked' }),
  download('response, content-length', '/with-length'),
  download('response, chunked', '/chunked'),
];

async function startLargeBodyBackend(context: BenchContext): Promise<number> {
  const port = context.firstPort;
  const outputFile = join(context.directory, 'backend.log');
  await startServer({ command: process.execPath, args: [backendFile, String(port)], port, outputFile });
  return port;
}

async function largeBodyWork(context: BenchContext): Promise<Work> {
  const backendPort = await startLargeBodyBackend(context);
  const { http, location } = nginxProxy(backendPort);
  const url = `http://127.0.0.1:${backendPort}/`;
  return {
    documentRoot: writeDocuments(context),
    apache: { modules: proxyModules, body: `LimitRequestBody 0\nProxyPass "/" "${url}"` },
    // nginx would otherwise write whole bodies to disk first.
    nginx: {
      http,
      server: `location / { ${location} proxy_request_buffering off; proxy_max_temp_file_size 0; }`,
    },
    haproxy: { backendPort },
  };
}

async function measurePassage({ server }: Contestant, passage: Passage): Promise<string[] | string> {
  const cpuBefore = treeCpu(server.pid).total;
  const residentBefore = treeResidentBytes(server.pid);
  let peak = residentBefore;
  const sampling = setInterval(() => {
    peak = Math.max(peak, treeResidentBytes(server.pid));
  }, 25);
  const begin = performance.now();
  const outcome = await passage
    .pass(server.port)
    .catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
    .finally(() => clearInterval(sampling));
  if (typeof outcome === 'string') return outcome;
  if (outcome.status !== 200) return `status ${outcome.status}`;
  if (outcome.arrived !== bodyBytes) return `${outcome.arrived} of ${bodyBytes} bytes arrived`;
  const wallSeconds = (performance.now() - begin) / 1000;
  const cpuSeconds = (treeCpu(server.pid).total - cpuBefore) / 1e6;
  return [mebibytes(residentBefore), mebibytes(peak), cpuSeconds.toFixed(2), wallSeconds.toFixed(2)];
}

async function run(context: BenchContext): Promise<Report> {
  const { contestants, absent } = await startOnWork(context, await largeBodyWork(context));
  const notes = absenceNotes(absent);
  const rows: string[][] = [];
  for (const passage of passages) {
    for (const contestant of contestants) {
      const result = await measurePassage(contestant, passage);
      context.say(`${passage.title}, ${contestant.name}: ${typeof result === 'string' ? result : 'passed'}`);
      if (typeof result === 'string') notes.push(`${contestant.name}: ${passage.title}: ${result}.`);
      else rows.push([passage.title, contestant.name, ...result]);
    }
  }
  await stopContestants(contestants);
  const columns = ['1 GiB as', 'server', 'RSS before MiB', 'peak RSS MiB', 'CPU s', 'wall s'];
  return { tables: [{ columns, rows }], notes };
}

/** Whether memory stays bounded while a large body passes. */
export const largeBodies: Scenario = {
  name: 'large-bodies',
  title: 'Bodies of 1 GiB through the proxy',
  what: 'One request body and one response of 1 GiB, by length and chunked, byte counts checked; peak resident memory of the process tree, sampled every 25 ms; one run.',
  run,
};
