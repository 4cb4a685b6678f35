import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runSwitches } from 'httpd-ts';
import { argumentsOf, type CommandAnswer, type DiagnosticCase, maskOutput } from './diagnostic-case.ts';

/** What httpd-ts answers to a case that is laid out in `root`, without a process of its own. */
export async function askInProcess(one: DiagnosticCase, root: string): Promise<CommandAnswer> {
  let stdout = '';
  let stderr = '';
  const output = {
    out: (text: string) => {
      stdout += text;
    },
    error: (text: string) => {
      stderr += text;
    },
  };
  const exit = await withEnvironment({ PATH: process.env.PATH ?? '', LANG: 'C', ...one.env }, () =>
    runSwitches(argumentsOf(one, root), { argv0: 'apache2', output }),
  );
  const answer = { exit, stdout: maskOutput(stdout, root), stderr: maskOutput(stderr, root) };
  if (one.written === undefined) return answer;
  const names = Object.keys(one.written);
  const written = names.map((name) => [name, maskOutput(readFileSync(join(root, name), 'latin1'), root)]);
  return { ...answer, written: Object.fromEntries(written) };
}

async function withEnvironment<T>(
  variables: Readonly<Record<string, string>>,
  run: () => Promise<T>,
): Promise<T> {
  const before = { ...process.env };
  const replace = (by: NodeJS.ProcessEnv) => {
    for (const name of Object.keys(process.env)) delete process.env[name];
    Object.assign(process.env, by);
  };
  replace(variables);
  try {
    return await run();
  } finally {
    replace(before);
  }
}
