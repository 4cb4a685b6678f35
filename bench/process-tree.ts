import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** What a process and all its descendants have used. */
export interface TreeUsage {
  readonly cpuMicroseconds: number;
  readonly processes: number;
  /** Sum over the processes; a page that two of them share counts twice. */
  readonly residentBytes: number;
  /** Sum over the processes; a shared page counts once, split among its users. */
  readonly proportionalBytes: number;
}

interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** User and system time, with that of children that ended. */
  readonly ticks: number;
  readonly systemTicks: number;
}

const microsecondsPerTick = 1_000_000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // The process ended between the listing and the reading.
    return undefined;
  }
}

function processStat(pid: number): ProcessStat | undefined {
  const text = readText(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The command name may hold spaces and parentheses; the fields begin after its last ")".
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [utime, stime, childrenUtime, childrenStime] = fields.slice(11, 15).map(Number);
  const systemTicks = stime! + childrenStime!;
  return { pid, parent: Number(fields[1]), ticks: utime! + childrenUtime! + systemTicks, systemTicks };
}

function treeStats(root: number): ProcessStat[] {
  const children = new Map<number, ProcessStat[]>();
  let top: ProcessStat | undefined;
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? processStat(Number(name)) : undefined;
    if (stat === undefined) continue;
    if (stat.pid === root) top = stat;
    const siblings = children.get(stat.parent);
    if (siblings) siblings.push(stat);
    else children.set(stat.parent, [stat]);
  }
  const tree = top ? [top] : [];
  for (const stat of tree) tree.push(...(children.get(stat.pid) ?? []));
  return tree;
}

function kilobytesOf(text: string | undefined, field: string): number {
  return Number(text?.match(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm'))?.[1] ?? 0);
}

/** The process and its descendants, the process first. */
export function treePids(root: number): number[] {
  return treeStats(root).map((stat) => stat.pid);
}

/** CPU time in microseconds, and the part of it that the kernel took. */
export interface CpuTime {
  readonly total: number;
  readonly system: number;
}

/** CPU time of the whole tree so far, with that of children that ended and were waited for. */
export function treeCpu(root: number): CpuTime {
  const stats = treeStats(root);
  const microseconds = (ticksOf: (stat: ProcessStat) => number) =>
    stats.reduce((sum, stat) => sum + ticksOf(stat), 0) * microsecondsPerTick;
  return {
    total: microseconds(({ ticks }) => ticks),
    system: microseconds(({ systemTicks }) => systemTicks),
  };
}

/** What was used between two readings, for each of so many pieces of work. */
export function cpuBetween(before: CpuTime, after: CpuTime, pieces: number): CpuTime {
  return { total: (after.total - before.total) / pieces, system: (after.system - before.system) / pieces };
}

/** Resident memory of the whole tree; the cheap one of the two figures, for sampling. */
export function treeResidentBytes(root: number): number {
  const resident = treePids(root).map((pid) => kilobytesOf(readText(`/proc/${pid}/status`), 'VmRSS'));
  return resident.reduce((sum, kilobytes) => sum + kilobytes, 0) * 1024;
}

/** Everything this file knows about the tree. */
export function treeUsage(root: number): TreeUsage {
  const stats = treeStats(root);
  let residentBytes = 0;
  let proportionalBytes = 0;
  for (const { pid } of stats) {
    const rollup = readText(`/proc/${pid}/smaps_rollup`);
    residentBytes += kilobytesOf(rollup, 'Rss') * 1024;
    proportionalBytes += kilobytesOf(rollup, 'Pss') * 1024;
  }
  const cpuMicroseconds = stats.reduce((sum, stat) => sum + stat.ticks, 0) * microsecondsPerTick;
  return { cpuMicroseconds, processes: stats.length, residentBytes, proportionalBytes };
}

/** CPU time of the children of this process that ended, for commands that run and finish. */
export function endedChildrenCpuMicroseconds(): number {
  const text = readFileSync('/proc/self/stat', 'latin1');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * microsecondsPerTick;
}
