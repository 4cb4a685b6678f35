import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { launcher } from './launcher.ts';

/** Runs the command to its end. */
export function runLauncher(
  args: readonly string[],
  options: {
    readonly command?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly cwd?: string;
  } = {},
): SpawnSyncReturns<string> {
  return spawnSync(options.command ?? launcher, args, {
    encoding: 'latin1',
    timeout: 60_000,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { PATH: process.env.PATH ?? '', LANG: 'C', ...options.env },
  });
}
