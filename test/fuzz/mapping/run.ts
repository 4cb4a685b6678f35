/**
 * Makes virtual hosts at random, with directives that map, redirect, negotiate, set variables and headers, and asks
 * Apache and httpd-ts the same. Each difference is made as small as it can be.
 *
 * `node test/fuzz/mapping/run.ts [--seed N] [--sites N] [--requests N] [--rounds N] [--show N] [--ports N]`
 */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { acceptedSites } from '../accepted-sites.ts';
import { compareOutcomes, type Difference, masked } from '../compare-outcomes.ts';
import { sendConversation } from '../send-conversation.ts';
import { layOutFiles, type RunningServer, startServer, stopServer } from '../start-servers.ts';
import { randomSite } from './random-site.ts';
import { smallerSites } from './shrink-site.ts';
import { configurationOf, requestText, type Site, type SiteRequest } from './site.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    sites: { type: 'string', default: '40' },
    requests: { type: 'string', default: '25' },
    rounds: { type: 'string', default: '1' },
    show: { type: 'string', default: '12' },
    ports: { type: 'string', default: '19310' },
  },
});
const firstSeed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const basePort = Number(values.ports);
const atOnce = 16;

interface Find extends Difference {
  readonly site: Site;
  readonly request: SiteRequest;
}

/** What httpd-ts says about lines that Apache takes. */
const refusals = new Set<string>();
const accepted = (sites: readonly Site[]) =>
  acceptedSites(sites, configurationOf, (complaint) => refusals.add(complaint));

/** Asks every request of every site of both servers. */
async function ask(sites: readonly Site[]): Promise<readonly Find[]> {
  const folder = mkdtempSync(join(tmpdir(), 'mapping-'));
  chmodSync(folder, 0o755);
  const root = join(folder, 'root');
  const configuration = configurationOf(sites);
  layOutFiles(configuration, root);
  const start = (name: 'apache2' | 'httpd-ts', port: number) =>
    startServer(name, configuration, join(folder, name), root, port, []);
  const started: RunningServer[] = [];
  try {
    started.push(await start('apache2', basePort));
    started.push(await start('httpd-ts', basePort + 1));
    const finds = await compare(sites, root, started[0]!, started[1]!);
    return hasCrashed(join(folder, 'apache2')) ? finds.filter(({ apache }) => apache !== '') : finds;
  } finally {
    await Promise.all(started.map(stopServer));
    rmSync(folder, { recursive: true });
  }
}

/** A process of Apache crashed: what it was asked at that time has no answer that could be compared. */
const hasCrashed = (folder: string) =>
  /AH00052: child pid \d+ exit signal/.test(readFileSync(join(folder, 'error.log'), 'latin1'));

async function compare(
  sites: readonly Site[],
  root: string,
  apache: RunningServer,
  httpdTs: RunningServer,
): Promise<readonly Find[]> {
  const all = sites.flatMap((site, number) => site.requests.map((request) => ({ site, number, request })));
  const finds: (Find | undefined)[] = [];
  let next = 0;
  const work = async () => {
    for (let at = next++; at < all.length; at = next++) {
      const { site, number, request } = all[at]!;
      const parts = [requestText(request, number).replaceAll('@ROOT@', root)];
      const answer = async ({ port }: RunningServer) => {
        const outcome = await sendConversation({ parts, halfClose: false }, port);
        return { ...outcome, answer: masked(outcome.answer, port) };
      };
      const [left, right] = await Promise.all([answer(apache), answer(httpdTs)]);
      const difference = compareOutcomes(left, right, ['', '']);
      finds[at] = difference && { ...difference, site, request };
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return finds.filter((find) => find !== undefined);
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

const size = (site: Site) => JSON.stringify(site).length;

async function report(finds: readonly Find[]): Promise<void> {
  const kinds = [...Map.groupBy(finds, ({ kind, grave }) => (grave ? `GRAVE ${kind}` : kind))];
  kinds.sort(([, a], [, b]) => b.length - a.length);
  for (const [kind, examples] of kinds.slice(0, Number(values.show))) {
    const [example] = [...examples].sort((a, b) => size(a.site) - size(b.site));
    const { site, request, apache, httpdTs } = await shrink(example!);
    console.log(`\n${examples.length} × ${kind}`);
    for (const block of site.blocks) console.log(`  ${block.replaceAll('\n', '\n  ')}`);
    for (const [path, content] of Object.entries(site.files))
      if (typeof content !== 'string') console.log(`  ${path}: ${content.join(' ¶ ')}`);
    console.log(`  ${request.method} ${request.target} ${JSON.stringify(request.headers)}`);
    console.log(
      `  apache ${JSON.stringify(apache.slice(0, 400))}\n  ours   ${JSON.stringify(httpdTs.slice(0, 400))}`,
    );
  }
  for (const [kind, examples] of kinds.slice(Number(values.show)))
    console.log(`\n${examples.length} × ${kind}`);
}

let different = 0;
for (let round = 0; round < Number(values.rounds); round++) {
  const seed = firstSeed + round;
  const sites = accepted(
    fc.sample(randomSite(Number(values.requests)), { seed, numRuns: Number(values.sites) }),
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
process.exit(different > 0 ? 1 : 0);
