/**
 * Makes proxy configurations as guides have them, at random, and asks Apache and httpd-ts what their rules speak of, of
 * back ends that answer in many ways. Each difference is made as small as it can be.
 *
 * `node test/fuzz/proxying/run.ts [--seed N] [--sites N] [--requests N] [--rounds N] [--show N] [--shrink N]
 * [--ports N]`
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { maskAnswer } from '../../oracle/mask.ts';
import { acceptedSites } from '../accepted-sites.ts';
import { compareOutcomes, type Difference, masked } from '../compare-outcomes.ts';
import { linesById } from '../lines-by-id.ts';
import { Random } from '../random.ts';
import { sendConversation } from '../send-conversation.ts';
import { layOutFiles, type RunningServer, startServer, stopServer } from '../start-servers.ts';
import { startProxyingBackEnds } from './back-ends.ts';
import { randomSite } from './random-site.ts';
import { configurationOf, type ProxyingRequest, type ProxyingSite, requestText } from './site.ts';
import { smallerSites } from './smaller-sites.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    sites: { type: 'string', default: '80' },
    requests: { type: 'string', default: '25' },
    rounds: { type: 'string', default: '1' },
    show: { type: 'string', default: '12' },
    shrink: { type: 'string', default: '4' },
    ports: { type: 'string', default: '19410' },
  },
});
const firstSeed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const basePort = Number(values.ports);
const backEndPorts = [2, 3, 4, 5].map((more) => basePort + more);
const atOnce = 12;

interface Find extends Difference {
  readonly site: ProxyingSite;
  readonly request: ProxyingRequest;
}

/** What one server did with a request, its logs aside. */
interface Exchange {
  readonly answer: string;
  readonly end: string;
  readonly received: readonly string[];
}

const protocols = [undefined, undefined, 'ajp', 'fcgi'];
const backEnds = await startProxyingBackEnds(
  backEndPorts.map((port, at) => ({ port, protocol: protocols[at] })),
);
const refusals = new Set<string>();
const accepted = (sites: readonly ProxyingSite[]) =>
  acceptedSites(sites, configurationOf, (complaint) => refusals.add(complaint), backEndPorts);

/** Asks every request of every site of both servers. */
async function ask(sites: readonly ProxyingSite[]): Promise<readonly Find[]> {
  const folder = mkdtempSync(join(tmpdir(), 'proxying-'));
  chmodSync(folder, 0o755);
  const root = join(folder, 'root');
  const configuration = configurationOf(sites);
  layOutFiles(configuration, root);
  const start = (name: 'apache2' | 'httpd-ts', port: number) =>
    startServer(name, configuration, join(folder, name), root, port, backEndPorts);
  const started: RunningServer[] = [];
  try {
    started.push(await start('apache2', basePort));
    started.push(await start('httpd-ts', basePort + 1));
    return await compare(sites, started[0]!, started[1]!);
  } finally {
    await Promise.all(started.map(stopServer));
    rmSync(folder, { recursive: true });
  }
}

async function compare(
  sites: readonly ProxyingSite[],
  apache: RunningServer,
  httpdTs: RunningServer,
): Promise<readonly Find[]> {
  const asked: { id: string; site: ProxyingSite; request: ProxyingRequest; of: readonly Exchange[] }[] = [];
  let next = 0;
  const work = async () => {
    for (let number = next++; number < sites.length; number = next++) {
      const site = sites[number]!;
      for (const [at, request] of site.requests.entries()) {
        const id = `${number}.${at}`;
        const of = [
          await exchange(request, number, id, apache),
          await exchange(request, number, id, httpdTs),
        ];
        // A third answer tells whether Apache gives the same one twice.
        const isSame = JSON.stringify(of[0]) === JSON.stringify(of[1]);
        if (!isSame) of.push(await exchange(request, number, `again${id}`, apache));
        asked.push({ id, site, request, of });
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  await new Promise((resolve) => setTimeout(resolve, 600));
  const logs = await Promise.all([apache, httpdTs].map(logsOf));
  return asked.flatMap(({ id, site, request, of: [left, right, again] }): Find[] => {
    if (again !== undefined && withoutId(left!) !== withoutId(again)) return [];
    const whole = ({ answer, end, received }: Exchange, at: number) => ({
      answer: [answer, '-- received', ...received, '-- logs', ...logs[at]!(id)].join('\r\n'),
      end,
      port: 0,
    });
    const difference = compareOutcomes(whole(left!, 0), whole(right!, 1), ['', '']);
    return difference === undefined ? [] : [{ ...difference, site, request }];
  });
}

const withoutId = (exchange: Exchange) =>
  JSON.stringify(exchange)
    .replace(/(?:again)?\d+\.\d+(?=\\[rn])/g, 'ID')
    .replace(/[Ll]ength[:=] ?\d+/g, 'length');

async function exchange(
  request: ProxyingRequest,
  number: number,
  id: string,
  { port }: RunningServer,
): Promise<Exchange> {
  const text = requestText(request, number, id).replace(
    /@BACK(\d)@/g,
    (_, at: string) => `${backEndPorts[Number(at)]}`,
  );
  const { answer, end } = await sendConversation(
    { parts: [text], halfClose: request.answer.startsWith('upgrade') || request.method === 'CONNECT' },
    port,
  );
  const received = backEnds.take(id).map((one) => masked(one, port));
  return { answer: maskAnswer(masked(answer, port), []), end, received };
}

/** Lines that Apache writes for the back end's side of a request, which has no id. */
const ofBackEnd = /\bAH(?:01587|02555|03408):/;

/** The lines of both logs by id. */
async function logsOf({ folder, port }: RunningServer): Promise<(id: string) => readonly string[]> {
  const prepare = (line: string) =>
    ofBackEnd.test(line)
      ? undefined
      : masked(line, port)
          .replaceAll(folder, '@OWN@')
          .replace(/\[client 127\.0\.0\.1:\d+\]/, '[client]');
  const read = (name: string) => linesById(join(folder, name), prepare);
  const [fields, errors] = [await read('fields.log'), await read('error.log')];
  return (id) => [...(fields.get(id) ?? []).flatMap((line) => line.split('|')), ...(errors.get(id) ?? [])];
}

/** Leaves out of a site what the difference does not need, asking about all candidates at once. */
async function shrink(find: Find): Promise<Find> {
  let smallest: Find = { ...find, site: { ...find.site, requests: [find.request] } };
  for (;;) {
    const candidates = accepted(smallerSites(smallest.site));
    const still = candidates.length === 0 ? [] : await ask(candidates);
    const next = still
      .filter(({ kind }) => kind === find.kind)
      .sort((a, b) => size(a.site) - size(b.site))[0];
    if (next === undefined) return smallest;
    smallest = next;
  }
}

const size = (site: ProxyingSite) => JSON.stringify(site).length;

async function report(finds: readonly Find[]): Promise<void> {
  const kinds = [...Map.groupBy(finds, ({ kind, grave }) => (grave ? `GRAVE ${kind}` : kind))];
  kinds.sort(
    ([a, left], [b, right]) =>
      Number(b.startsWith('GRAVE')) - Number(a.startsWith('GRAVE')) || right.length - left.length,
  );
  for (const [at, [kind, examples]] of kinds.slice(0, Number(values.show)).entries()) {
    const [example] = [...examples].sort((a, b) => size(a.site) - size(b.site));
    const { site, request, apache, httpdTs } = at < Number(values.shrink) ? await shrink(example!) : example!;
    console.log(`\n${examples.length} × ${kind}`);
    for (const block of site.blocks) console.log(`  ${block.replaceAll('\n', '\n  ')}`);
    console.log(`  ${JSON.stringify(requestText(request, 0, '0.0'))}`);
    console.log(`  apache ${JSON.stringify(apache.slice(0, 400))}`);
    console.log(`  ours   ${JSON.stringify(httpdTs.slice(0, 400))}`);
  }
  for (const [kind, examples] of kinds.slice(Number(values.show)))
    console.log(`\n${examples.length} × ${kind}`);
}

let different = 0;
for (let round = 0; round < Number(values.rounds); round++) {
  const seed = firstSeed + round;
  const random = new Random(seed);
  const sites = accepted(
    Array.from({ length: Number(values.sites) }, () => randomSite(random, Number(values.requests))),
  );
  const finds = await ask(sites);
  different += finds.length;
  console.log(
    `seed ${seed}: ${sites.length} sites, ${sites.length * Number(values.requests)} requests, ${finds.length} differ`,
  );
  await report(finds);
  for (const refusal of refusals) console.log(`\nREFUSED ${refusal}`);
  different += refusals.size;
  refusals.clear();
}
backEnds.close();
process.exit(different > 0 ? 1 : 0);
