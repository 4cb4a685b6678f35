import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { argumentsOf, type CommandAnswer, type DiagnosticCase, maskOutput } from './diagnostic-case.ts';

/** Whether the Apache that the cases are recorded from is installed. */
export function canAskApache(): boolean {
  const result = spawnSync('/usr/sbin/apache2', ['-v'], { encoding: 'utf8' });
  return result.stdout?.includes('Apache/2.4.71') ?? false;
}

/** What Apache answers to a case that is laid out in `root`. */
export function askApache(one: DiagnosticCase, root: string): CommandAnswer {
  const result = spawnSync('/usr/sbin/apache2', argumentsOf(one, root), {
    encoding: 'latin1',
    cwd: root,
    argv0: 'apache2',
    env: { PATH: process.env.PATH ?? '', LANG: 'C', ...one.env },
    maxBuffer: 1 << 28,
    timeout: 60_000,
  });
  const masked = (text: string) => maskOutput(text, root);
  const answer = { exit: result.status, stdout: masked(result.stdout), stderr: masked(result.stderr) };
  if (one.written === undefined) return answer;
  const names = Object.keys(one.written);
  const written = names.map((name) => [name, maskOutput(readFileSync(join(root, name), 'latin1'), root)]);
  return { ...answer, written: Object.fromEntries(written) };
}
