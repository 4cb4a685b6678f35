import { absenceNotes, startOnWork, stopContestants, type Work } from '../contestants.ts';
import { measureLoad } from '../measure-load.ts';
import { type Report, ratio } from '../report.ts';
import { type BenchContext, makeReadableDirectory, type Scenario } from '../scenario.ts';
import type { ServerName } from '../servers/server.ts';
import { connections, proxyModules, startBackend, writeDocuments } from '../work.ts';

const sizes = [1, 10, 100, 1000] as const;
const methods = ['byrequests', 'bytraffic', 'bybusyness'] as const;
const modules = [
  ...proxyModules,
  'proxy_balancer',
  'slotmem_shm',
  ...methods.map((name) => `lbmethod_${name}`),
];

/** Members differ in their URL only; the back end makes the same of all of them. */
function balancer(method: string, count: number, port: number): string {
  const members = Array.from(
    { length: count },
    (_, index) => `BalancerMember "http://127.0.0.1:${port}/m${index}/.."`,
  );
  return `<Proxy balancer://many>\n${members.join('\n')}\nProxySet lbmethod=${method}\n</Proxy>\nProxyPass "/" "balancer://many/"`;
}

async function run(all: BenchContext): Promise<Report> {
  const servers = all.servers.filter((name) => name === 'httpd-ts' || name === 'apache2');
  const context = { ...all, servers };
  await startBackend(context, writeDocuments(context));
  const rows: string[][] = [];
  const notes = new Set<string>();
  for (const method of methods) {
    const costOfOne = new Map<ServerName, number>();
    for (const count of sizes) {
      context.say(`${method}: ${count}`);
      const directory = makeReadableDirectory(context.directory, `${method}-${count}`);
      const own = { ...context, directory };
      const documentRoot = writeDocuments(own);
      const work: Work = {
        documentRoot,
        apache: { modules, body: balancer(method, count, context.firstPort) },
      };
      const { contestants, absent } = await startOnWork(own, work);
      const load = { paths: ['/1k.txt'], bodyBytes: [1024], connections };
      const result = await measureLoad(own, contestants, load);
      await stopContestants(contestants);
      for (const note of [...absenceNotes(absent), ...result.notes]) notes.add(note);
      const cells = (name: ServerName) => {
        const cost = result.measurements.find((one) => one.name === name)?.cpuMicroseconds;
        if (cost === undefined) return ['-', '-'];
        if (count === 1) costOfOne.set(name, cost);
        return [cost.toFixed(1), ratio(cost, costOfOne.get(name))];
      };
      rows.push([method, count.toLocaleString('en'), ...cells('httpd-ts'), ...cells('apache2')]);
    }
  }
  const columns = [
    'method',
    'members',
    'httpd-ts CPU µs/request',
    'to one',
    'apache2 CPU µs/request',
    'to one',
  ];
  return { tables: [{ columns, rows }], notes: [...notes] };
}

/** Whether an election's cost depends on the number of members. */
export const balancerMembers: Scenario = {
  name: 'balancer-members',
  title: 'Cost of a request by the number of balancer members',
  what: 'A GET of 1 KiB through a balancer of 1 to 1,000 members that are used in turn; kept connections; combined log.',
  run,
};
