import { statSync } from 'node:fs';
import { apacheProgramOr } from './contestants.ts';
import { mebibytes, median, type Report, ratio } from './report.ts';
import { type CommandUsage, runCommand } from './run-command.ts';
import type { BenchContext } from './scenario.ts';

interface Runs {
  readonly name: 'httpd-ts' | 'apache2';
  readonly runs: readonly CommandUsage[];
}

/** Of a smaller file the program itself is all the memory. */
const comparableBytes = 1024 * 1024;

function tableRow({ name, runs }: Runs, apache: Runs | undefined, fileBytes: number): string[] {
  const middle = (one: Runs, of: (usage: CommandUsage) => number) => median(one.runs.map(of));
  const wall = (usage: CommandUsage) => usage.wallSeconds;
  const cpu = (usage: CommandUsage) => usage.cpuSeconds;
  const own: Runs = { name, runs };
  const resident = middle(own, (usage) => usage.peakResidentBytes);
  return [
    `${name} -t`,
    middle(own, wall).toFixed(2),
    ratio(middle(own, wall), apache && middle(apache, wall)),
    middle(own, cpu).toFixed(2),
    ratio(middle(own, cpu), apache && middle(apache, cpu)),
    mebibytes(resident),
    ...(fileBytes < comparableBytes ? [] : [`${(resident / fileBytes).toFixed(0)}×`]),
  ];
}

/** A configuration to be checked. */
export interface ConfigurationFile {
  /** Server root. */
  readonly directory: string;
  readonly file: string;
}

/** What `-t` takes on one configuration, of httpd-ts and apache2 in turn. */
export async function measureCheck(
  context: BenchContext,
  { directory, file }: ConfigurationFile,
): Promise<Report> {
  const notes: string[] = [];
  const collected = new Map<'httpd-ts' | 'apache2', CommandUsage[]>();
  const names = (['httpd-ts', 'apache2'] as const).filter((name) => context.servers.includes(name));
  for (let round = 1; round <= context.rounds; round++) {
    for (const name of names) {
      const found = apacheProgramOr(name);
      if ('reason' in found) {
        if (round === 1) notes.push(`${name} skipped: ${found.reason}.`);
        continue;
      }
      const usage = await runCommand(found.program, ['-d', directory, '-f', file, '-t']);
      context.say(`round ${round}, ${name}: ${usage.wallSeconds.toFixed(2)} s`);
      if (usage.exit === 0) collected.set(name, [...(collected.get(name) ?? []), usage]);
      else notes.push(`${name}: round ${round} is invalid: exit ${usage.exit}: ${usage.output.trim()}`);
    }
  }
  const fileBytes = statSync(file).size;
  const columns = ['command', 'wall s', 'to apache2', 'CPU s', 'to apache2', 'peak RSS MiB'];
  const all = [...collected].map(([name, runs]) => ({ name, runs }));
  const apache = all.find(({ name }) => name === 'apache2');
  return {
    tables: [
      {
        columns: fileBytes < comparableBytes ? columns : [...columns, 'to the file'],
        rows: all.map((one) => tableRow(one, apache, fileBytes)),
      },
    ],
    notes,
  };
}
