import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { treePids } from './process-tree.ts';

/** A process this bench started and will stop. */
export interface StartedProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Settles when the process ended, with its exit code or the name of the signal. */
  readonly ended: Promise<number | string>;
}

const running = new Set<StartedProcess>();

/** Starts a command as a child of the bench; rejects when it cannot be started. */
export async function startProcess(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): Promise<StartedProcess> {
  const child = spawn(command, args, options);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  const ended = new Promise<number | string>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  const started = { child, pid: child.pid!, ended };
  running.add(started);
  void ended.then(() => running.delete(started));
  return started;
}

function signalIfAlive(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself.
  }
}

/** Stops a process: SIGTERM, and after five seconds SIGKILL to it and its descendants. */
export async function stopProcess(started: StartedProcess): Promise<void> {
  if (!running.has(started)) return;
  signalIfAlive(started.pid, 'SIGTERM');
  const ended = await Promise.race([started.ended.then(() => true), delay(5000, false, { ref: false })]);
  if (ended) return;
  for (const pid of treePids(started.pid)) signalIfAlive(pid, 'SIGKILL');
  await started.ended;
}

/** Stops whatever is still running, the newest first. */
export async function stopEverything(): Promise<void> {
  for (const started of [...running].reverse()) await stopProcess(started);
}
