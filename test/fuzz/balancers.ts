/**
 * Random proxies and balancers, each a virtual host: the same sequence of requests goes to Apache and to httpd-ts, one at
 * a time, and every answer must be the same: the member that was chosen, what it was asked, and what came back of it.
 *
 * `node test/fuzz/balancers.ts [--seed N] [--sites N] [--requests N] [--show N] [--ports N] [--only SITE]`
 * `--only` also tells which member answered each request.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startBackEnd } from './back-ends.ts';
import { type ProxySite, proxySite, requestsFor } from './balancer-sites.ts';
import { compareOutcomes, masked } from './compare-outcomes.ts';
import type { Configuration } from './configurations.ts';
import { Random } from './random.ts';
import { sendConversation } from './send-conversation.ts';
import { complaintOf, layOutFiles, type RunningServer, startServer, stopServer } from './start-servers.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    sites: { type: 'string', default: '100' },
    requests: { type: 'string', default: '40' },
    show: { type: 'string', default: '4' },
    ports: { type: 'string', default: '19210' },
    only: { type: 'string' },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const basePort = Number(values.ports);
const backEndPorts = [2, 3, 4, 5].map((more) => basePort + more);
const atOnce = 8;

console.log(`seed ${seed}`);
const sites = Array.from({ length: Number(values.sites) }, (_, at) =>
  proxySite(`s${at}`, new Random(seed + at)),
);
const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
chmodSync(folder, 0o755);
const root = join(folder, 'root');
const backEnds = await Promise.all(backEndPorts.map((port) => startBackEnd(port)));
layOutFiles(configurationOf([]), root);
const refusals = new Map<string, string>();
const accepted = sites
  .filter(isAccepted)
  .filter(({ name }) => values.only === undefined || name === values.only);
const configuration = configurationOf(accepted);
const start = (name: 'apache2' | 'httpd-ts', port: number) =>
  startServer(name, configuration, join(folder, name), root, port, backEndPorts);
const apache = await start('apache2', basePort);
const httpdTs = await start('httpd-ts', basePort + 1);

for (const [complaint, site] of refusals) console.log(`left out, such as ${site}: ${complaint.trim()}`);

let asked = 0;
const finds: {
  site: ProxySite;
  request: string;
  at: number;
  apache: string;
  httpdTs: string;
  kind: string;
}[] = [];
let next = 0;
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (let site = accepted[next++]; site !== undefined; site = accepted[next++]) await compareSite(site);
  }),
);
for (const [kind, examples] of Map.groupBy(finds, ({ kind }) => kind)) {
  console.log(`\n${examples.length} × ${kind}`);
  for (const find of examples.slice(0, Number(values.show))) {
    console.log(`  ${find.site.name}, request ${find.at}: ${JSON.stringify(find.request)}`);
    console.log(`  apache ${JSON.stringify(find.apache)}\n  ours   ${JSON.stringify(find.httpdTs)}`);
    console.log(find.site.text.replace(/^/gm, '    '));
  }
}
console.log(`${accepted.length} sites of ${sites.length}, ${asked} requests, ${finds.length} sites differ`);
await Promise.all([stopServer(apache), stopServer(httpdTs)]);
for (const backEnd of backEnds) backEnd.close();
rmSync(folder, { recursive: true });
process.exit(finds.length > 0 ? 1 : 0);

function configurationOf(chosen: readonly ProxySite[]): Configuration {
  return {
    name: 'balancers',
    text: chosen.map(({ text }) => text).join(''),
    files: { 'html/a.txt': 'a\n' },
    paths: [],
  };
}

/** A site that Apache refuses is left out, with its complaint. */
function isAccepted(site: ProxySite): boolean {
  const complaint = complaintOf(
    'apache2',
    configurationOf([site]),
    join(folder, 'check'),
    root,
    backEndPorts,
  );
  if (complaint === '') return true;
  refusals.set(complaint.replaceAll(/\d+/g, 'N'), site.name);
  return false;
}

/** Stops at the first difference, since all that follows depends on it. */
async function compareSite(site: ProxySite): Promise<void> {
  const requests = requestsFor(site, new Random(seed ^ Number(site.name.slice(1))), Number(values.requests));
  for (const [at, request] of requests.entries()) {
    asked++;
    const ask = async (server: RunningServer) => {
      const outcome = await sendConversation({ parts: [request], halfClose: false }, server.port);
      return { ...outcome, answer: masked(outcome.answer, server.port) };
    };
    const [left, right] = [await ask(apache), await ask(httpdTs)];
    if (values.only !== undefined)
      console.log(`${at} ${request.split('\r', 1)[0]}: ${told(left)} / ${told(right)}`);
    const difference = compareOutcomes(left, right, ['', '']);
    if (difference === undefined) continue;
    finds.push({ ...difference, site, request, at });
    return;
  }
}

function told({ answer }: { readonly answer: string }): string {
  const [, member = '', route = ''] = (/^X-Balancer: ([^\r]*)/m.exec(answer)?.[1] ?? '').split('|');
  return `${answer.slice(9, 12)} ${member} ${route}`;
}
