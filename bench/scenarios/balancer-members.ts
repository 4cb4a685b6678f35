import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { absenceNotes, startOnWork, stopContestants, type Work } from '../contestants.ts';
import { measureLoad } from '../measure-load.ts';
import { type Report, ratio } from '../report.ts';
import { type BenchContext, makeReadableDirectory, type Scenario } from '../scenario.ts';
import type { ServerName } from '../servers/server.ts';
import { proxyModules, startBackend, writeDocuments } from '../work.ts';

const sizes = [1, 1000] as const;
const methods = ['byrequests', 'bytraffic', 'bybusyness', 'heartbeat'] as const;
const modules = [
  ...proxyModules,
  'proxy_balancer',
  'slotmem_shm',
  ...methods.map((name) => `lbmethod_${name}`),
];
/** Few, since each may need a connection to each member: what is in use counts for some methods. */
const connections = 8;
/** Connections to each member are open and have been used by each thread or process before a server is measured. */
const warmUpRequestsAMember = 20;

/** Each member has an address of its own on this machine, which one back end answers for. */
const addressOf = (index: number) => `127.1.${index >> 8}.${index & 255}`;

/** The servers as a monitor would have them; Apache reads that for each request. */
function heartbeats(directory: string, count: number): string {
  const file = join(directory, 'heartbeats');
  const lines = Array.from(
    { length: count },
    (_, index) => `${addressOf(index)} &ready=75&busy=0&lastseen=1&port=80\n`,
  );
  writeFileSync(file, lines.join(''), { mode: 0o644 });
  return file;
}

function balancer(method: string, count: number, port: number, directory: string): string {
  const members = Array.from(
    { length: count },
    (_, index) => `BalancerMember "http://${addressOf(index)}:${port}"`,
  );
  const storage = method === 'heartbeat' ? `HeartbeatStorage "${heartbeats(directory, count)}"\n` : '';
  return `${storage}<Proxy balancer://many>\n${members.join('\n')}\nProxySet lbmethod=${method}\n</Proxy>\nProxyPass "/" "balancer://many/"`;
}

async function run(all: BenchContext): Promise<Report> {
  const servers = all.servers.filter((name) => name === 'httpd-ts' || name === 'apache2');
  const context = { ...all, servers };
  const workerConnections = 16_000;
  await startBackend(context, writeDocuments(context), { address: '0.0.0.0', workerConnections });
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
        apache: { modules, body: balancer(method, count, context.firstPort, directory) },
      };
      const { contestants, absent } = await startOnWork(own, work);
      const warmUpRequests = count * warmUpRequestsAMember;
      const load = { paths: ['/1k.txt'], bodyBytes: [1024], connections, warmUpRequests };
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
  what: 'A GET of 1 KiB through a balancer of 1 and of 1,000 members that are all in use; kept connections; combined log.',
  run,
};
