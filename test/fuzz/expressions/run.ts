/**
 * Random expressions (ap_expr) wherever a directive takes one, asked of Apache and of httpd-ts; their outcome shows in a
 * header, a status or a body. What is refused must be refused in the same words.
 *
 * `node test/fuzz/expressions/run.ts [--seed N] [--probes N] [--place htaccess|server] [--show N] [--ports N]`
 */
import {
  chmodSync,
  createReadStream,
  mkdirSync,
  mkdtempSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { masked } from '../compare-outcomes.ts';
import { type Configuration, preamble } from '../configurations.ts';
import { sendConversation } from '../send-conversation.ts';
import { complaintOf, layOutFiles, type RunningServer, startServer, stopServer } from '../start-servers.ts';
import { htaccessProbe, linesOf, type Probe, serverProbe, smallerProbes } from './carriers.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    probes: { type: 'string', default: '1000' },
    place: { type: 'string', default: 'htaccess' },
    show: { type: 'string', default: '12' },
    ports: { type: 'string', default: '19510' },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const basePort = Number(values.ports);
const inServer = values.place === 'server';
const atOnce = 12;

/** Requests that every probe is asked with; `@` is its folder. */
const requests: readonly (readonly string[])[] = [
  ['GET @/a.txt HTTP/1.1', 'Host: fuzz.example', 'A: abc', 'Cookie: a=1; b=2', 'User-Agent: Mozilla/5.0 (X)'],
  [
    'GET @/a.txt?a=1&b=%2f HTTP/1.1',
    'Host: FUZZ.example:8080',
    'A: 10',
    'B: \xe9\xff',
    'Referer: http://h.example/x y',
    'Accept: text/html',
    'Authorization: Basic YTpi',
  ],
  ['HEAD @/a.txt/more/info HTTP/1.0', 'A: ', 'X-Long: abcdefghijklmnopqrstuvwxyz', 'Forwarded: for=1'],
];

const files = {
  'html/index.html': 'index\n',
  'html/sub/index.html': 'sub\n',
  'html/empty.txt': '',
  'html/run.sh': '#!/bin/sh\n',
  'html/link': '->@ROOT@/html/index.html'.replace('@ROOT@/html/', ''),
  'html/dangling': '->none',
  'html/e/a.txt': 'e\n',
  'html/e/.htaccess': 'Header always set X-V e\n',
  users: 'a:{SHA}6PlcTjBOyQ0nTFKWwrDGzm9F1Ds=\n',
};

const configuration = (more: string): Configuration => ({
  name: 'expressions',
  text: `
ErrorLogFormat "%{X-Id}i|[%m:%l] %M"
SetEnv v2 set
SetEnvIf QUERY_STRING "a=(.)" v1=$1
<Directory @ROOT@/>
    AllowOverride All
</Directory>
<Directory @ROOT@/p>
    Options FollowSymLinks
    Require all granted
</Directory>
Alias /p @ROOT@/p
${more}`,
  files,
  paths: [],
});

interface Servers {
  readonly root: string;
  readonly folder: string;
  readonly apache: RunningServer;
  readonly httpdTs: RunningServer;
}

interface Find {
  readonly probe: Probe;
  readonly request: readonly string[];
  readonly apache: string;
  readonly httpdTs: string;
}

const sectionOf = (probe: Probe, number: number, root: string) =>
  `<Location /p/${number}/>\n${linesOf(probe, root)}</Location>\n`;

/** Lines are of the probes from `first` on. */
async function start(probes: readonly Probe[], first: number): Promise<Servers> {
  const folder = mkdtempSync(join(tmpdir(), 'expressions-'));
  chmodSync(folder, 0o755);
  const root = join(folder, 'root');
  const whole = configuration(
    inServer ? probes.map((probe, i) => sectionOf(probe, first + i, root)).join('') : '',
  );
  layOutFiles(whole, root);
  chmodSync(join(root, 'html/run.sh'), 0o755);
  const run = (name: 'apache2' | 'httpd-ts', port: number) =>
    startServer(name, whole, join(folder, name), root, port, []);
  const apache = await run('apache2', basePort);
  return { root, folder, apache, httpdTs: await run('httpd-ts', basePort + 1) };
}

async function stop({ apache, httpdTs, folder }: Servers): Promise<void> {
  await Promise.all([stopServer(apache), stopServer(httpdTs)]);
  rmSync(folder, { recursive: true });
}

const changed = new Date('2024-01-02T03:04:05Z');

function layOut(probe: Probe, number: number, { root }: Servers): void {
  const folder = join(root, 'p', String(number));
  mkdirSync(folder, { recursive: true });
  if (!inServer) writeFileSync(join(folder, '.htaccess'), linesOf(probe, root), 'latin1');
  writeFileSync(join(folder, 'a.txt'), 'a\n');
  utimesSync(join(folder, 'a.txt'), changed, changed);
}

let silent = 0;

/** Asks all probes, whose numbers begin with `first`, and compares answers and what the error logs say of them. */
async function compare(
  probes: readonly Probe[],
  first: number,
  servers: Servers,
  mostTries = 4,
): Promise<readonly Find[]> {
  for (const [i, probe] of probes.entries()) layOut(probe, first + i, servers);
  const tasks = probes.flatMap((probe, i) =>
    requests.map((request, j) => ({ probe, request, number: first + i, id: `${first + i}.${j}` })),
  );
  const answers = new Map<string, readonly [string, string]>();
  let next = 0;
  const ask = async (head: readonly string[], number: number, id: string, { port }: RunningServer) => {
    const [line = '', ...fields] = head;
    const text = [line.replace('@', `/p/${number}`), `X-Id: ${id}`, ...fields, 'Connection: close', '', ''];
    const { answer } = await sendConversation({ parts: [text.join('\r\n')], halfClose: false }, port);
    return masked(answer, port)
      .replaceAll(servers.apache.folder, '@OWN@')
      .replaceAll(servers.httpdTs.folder, '@OWN@');
  };
  const work = async () => {
    for (let task = tasks[next++]; task !== undefined; task = tasks[next++]) {
      const { request, number, id } = task;
      const both = () =>
        Promise.all([ask(request, number, id, servers.apache), ask(request, number, id, servers.httpdTs)]);
      let got = await both();
      // Apache's scanner ends its process now and then, and with it what others have asked.
      for (let tries = 0; got[0] === '' && tries < mostTries; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 1100));
        got = await both();
      }
      answers.set(id, got);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  await new Promise((resolve) => setTimeout(resolve, 500));
  const logs = [await logById(servers.apache), await logById(servers.httpdTs)] as const;
  return tasks.flatMap(({ probe, request, id }): Find[] => {
    const [apache, httpdTs] = answers.get(id)!;
    // Groups that no pattern has set are what was on Apache's stack.
    if (apache === '' || [...(logs[0].get(id) ?? [])].some((line) => line.includes('AH01505'))) {
      silent++;
      return [];
    }
    const whole = (answer: string, log: ReadonlyMap<string, ReadonlySet<string>>) =>
      [answer, ...(log.get(id) ?? [])].join('\n');
    const [left, right] = [whole(apache, logs[0]), whole(httpdTs, logs[1])];
    return left === right ? [] : [{ probe, request, apache: left, httpdTs: right }];
  });
}

async function logById({ folder, port }: RunningServer): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const log = new Map<string, Set<string>>();
  const lines = createInterface({ input: createReadStream(join(folder, 'error.log'), 'latin1') });
  for await (const line of lines) {
    const bar = line.indexOf('|');
    if (!/^\d+\.\d+$/.test(line.slice(0, bar))) continue;
    const own = log.get(line.slice(0, bar)) ?? new Set<string>();
    own.add(masked(line.slice(bar + 1), port).replaceAll(folder, '@OWN@'));
    log.set(line.slice(0, bar), own);
  }
  return log;
}

/** The section that is complained about. Apache's scanner may end the process without a word of where. */
function firstBad(
  sections: readonly string[],
  complaint: string,
  complaintAbout: (sections: readonly string[]) => string,
): number {
  const line = Number(/on line (\d+) of/.exec(complaint)?.[1]);
  const before = preamble + configuration('').text;
  const endOf = (i: number) => (before + sections.slice(0, i + 1).join('')).split('\n').length;
  const isBehind = Number.isNaN(line)
    ? (i: number) => complaintAbout(sections.slice(0, i + 1)) === ''
    : (i: number) => line >= endOf(i);
  let [low, high] = [0, sections.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBehind(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Probes of a server's configuration that Apache takes; what only httpd-ts refuses is shown. */
function accepted(probes: readonly Probe[]): readonly Probe[] {
  if (!inServer) return probes;
  const folder = mkdtempSync(join(tmpdir(), 'expressions-'));
  const root = join(folder, 'root');
  layOutFiles(configuration(''), root);
  let kept = [...probes];
  for (const name of ['apache2', 'httpd-ts'] as const) {
    const complaintAbout = (sections: readonly string[]) =>
      complaintOf(name, configuration(sections.join('')), folder, root);
    for (;;) {
      const sections = kept.map((probe, i) => sectionOf(probe, i, root));
      const complaint = complaintAbout(sections);
      if (complaint === '') break;
      const bad = firstBad(sections, complaint, complaintAbout);
      if (name === 'httpd-ts') {
        refusals++;
        console.log(`REFUSED ${complaint.split('\n')[1]}\n${sections[bad]}`);
      }
      kept = kept.toSpliced(bad, 1);
    }
  }
  rmSync(folder, { recursive: true });
  return kept;
}

const mostRounds = 12;
let refusals = 0;
let nextNumber = 1_000_000;

/** Takes out of the expression what the difference does not need. */
async function shrink(find: Find, servers: Servers): Promise<Find> {
  let smallest = find;
  if (inServer) return smallest;
  for (let rounds = 0; ; rounds++) {
    if (rounds === mostRounds) return smallest;
    const candidates = smallerProbes(smallest.probe);
    const first = nextNumber;
    nextNumber += candidates.length;
    const still = (await compare(candidates, first, servers, 0)).filter(
      (one) => kindOf(one) === kindOf(find),
    );
    const least = still.sort((a, b) => a.probe.expression.length - b.probe.expression.length)[0];
    if (least === undefined) return smallest;
    smallest = least;
  }
}

/** What differs first, and where. */
function kindOf({ probe, apache, httpdTs }: Find): string {
  const [left, right] = [apache.split('\n'), httpdTs.split('\n')];
  const at = left.findIndex((line, i) => line !== right[i]);
  const bare = (line = '(nothing)') => line.replace(/p\/\d+|[/.]\S*|\d{4,}|'.*'|".*"/g, '').slice(0, 60);
  return `${probe.lines[0]!.slice(0, 24)}: ${bare(left[at])} ↔ ${bare(right[at])}`.replaceAll('\r', '');
}

function show({ probe, request, apache, httpdTs }: Find, root: string): void {
  console.log(linesOf(probe, root).trimEnd());
  console.log(`  ${request.join(' | ')}`);
  const [left, right] = [apache.split('\n'), httpdTs.split('\n')];
  const different = (lines: readonly string[], others: readonly string[]) =>
    lines
      .filter((line) => !others.includes(line))
      .map((line) => JSON.stringify(line.trimEnd().slice(0, 300)));
  console.log(`- ${different(left, right).join('\n- ')}\n+ ${different(right, left).join('\n+ ')}`);
}

console.log(`seed ${seed}`);
const wanted = fc.sample(inServer ? serverProbe : htaccessProbe, { seed, numRuns: Number(values.probes) });
let different = 0;
let asked = 0;
const batch = inServer ? 400 : 5000;
for (let from = 0; from < wanted.length; from += batch) {
  const probes = accepted(wanted.slice(from, from + batch));
  const servers = await start(probes, from);
  const finds = await compare(probes, from, servers);
  asked += probes.length * requests.length;
  different += finds.length;
  const kinds = [...Map.groupBy(finds, kindOf)].sort(([, a], [, b]) => b.length - a.length);
  for (const [kind, examples] of kinds.slice(0, Number(values.show))) {
    console.log(`\n== ${examples.length} × ${kind}`);
    const least = [...examples].sort((a, b) => a.probe.expression.length - b.probe.expression.length)[0]!;
    show(await shrink(least, servers), servers.root);
  }
  for (const [kind, { length }] of kinds.slice(Number(values.show))) console.log(`== ${length} × ${kind}`);
  await stop(servers);
}
console.log(
  `${asked} requests, ${different} differ, ${refusals} refused here alone, ${silent} without an answer of Apache (seed ${seed})`,
);
process.exit(different + refusals > 0 ? 1 : 0);
