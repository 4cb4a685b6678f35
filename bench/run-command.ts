import { endedChildrenCpuMicroseconds, treeResidentBytes } from './process-tree.ts';
import { startProcess } from './started-processes.ts';

/** What a command that runs and finishes took. */
export interface CommandUsage {
  readonly exit: number | string;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** The highest of samples taken every 20 ms. */
  readonly peakResidentBytes: number;
  /** The end of its standard output and error. */
  readonly output: string;
}

/** Runs a command to its end. Nothing else may end meanwhile, or its CPU time would be counted too. */
export async function runCommand(command: string, args: readonly string[]): Promise<CommandUsage> {
  const cpuBefore = endedChildrenCpuMicroseconds();
  const begin = performance.now();
  const started = await startProcess(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const take = (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(-400);
  };
  started.child.stdout!.on('data', take);
  started.child.stderr!.on('data', take);
  let peakResidentBytes = 0;
  const sampling = setInterval(() => {
    peakResidentBytes = Math.max(peakResidentBytes, treeResidentBytes(started.pid));
  }, 20);
  const exit = await started.ended;
  const wallSeconds = (performance.now() - begin) / 1000;
  clearInterval(sampling);
  const cpuSeconds = (endedChildrenCpuMicroseconds() - cpuBefore) / 1e6;
  return { exit, wallSeconds, cpuSeconds, peakResidentBytes, output };
}
