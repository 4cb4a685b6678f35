import { setTimeout as delay } from 'node:timers/promises';
import { absenceNotes, startOnWork, stopContestants } from '../contestants.ts';
import { treeUsage } from '../process-tree.ts';
import { mebibytes, type Report } from '../report.ts';
import type { BenchContext, Scenario } from '../scenario.ts';
import { proxyWork } from '../work.ts';

async function run(context: BenchContext): Promise<Report> {
  const { contestants, absent } = await startOnWork(context, await proxyWork(context));
  const settled = contestants.map(({ server }) => treeUsage(server.pid).cpuMicroseconds);
  await delay(context.seconds * 1000);
  const rows = contestants.map(({ name, server, startMilliseconds }, index) => {
    const usage = treeUsage(server.pid);
    const idleCpu = (usage.cpuMicroseconds - settled[index]!) / 1000 / context.seconds;
    return [
      name,
      startMilliseconds.toFixed(0),
      String(usage.processes),
      mebibytes(usage.residentBytes),
      mebibytes(usage.proportionalBytes),
      idleCpu.toFixed(1),
    ];
  });
  await stopContestants(contestants);
  const columns = ['server', 'start ms', 'processes', 'RSS MiB', 'PSS MiB', 'idle CPU ms/s'];
  return { tables: [{ columns, rows }], notes: absenceNotes(absent) };
}

/** What a server costs that nobody asks anything. */
export const idle: Scenario = {
  name: 'idle',
  title: 'Idle after start',
  what: 'Time until the port accepts, memory of the process tree, and CPU while nobody asks, on the proxy configuration; one run.',
  run,
};
