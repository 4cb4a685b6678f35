import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the cases of the command line are kept. */
export const cliFixtures = fileURLToPath(new URL('../../fixtures/cli', import.meta.url));

/** A command line to try. `@ROOT@` is the directory that the tree was copied to. */
export interface CommandLineCase {
  readonly title: string;
  readonly args: readonly string[];
  /** A file that the command writes, below the tree. */
  readonly written?: string;
}

/** What came of it, with places and times masked. */
export interface CommandLineAnswer {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly written?: string;
}

export const commandLineCases = JSON.parse(
  readFileSync(join(cliFixtures, 'cases.json'), 'utf8'),
) as readonly CommandLineCase[];

/** Runs a command on a fresh copy of the tree under the name `apache2`. */
export function tryCommandLine(one: CommandLineCase, command: string, modules: string): CommandLineAnswer {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'httpd-ts-cli-')));
  try {
    layOutTree(root, modules);
    const program = join(root, 'bin/apache2');
    mkdirSync(join(root, 'bin'));
    symlinkSync(command, program);
    const args = one.args.map((arg) => arg.replaceAll('@ROOT@', root));
    const result = spawnSync(program, ['-d', root, ...args], {
      cwd: root,
      encoding: 'latin1',
      timeout: 60_000,
      env: { PATH: process.env.PATH ?? '', LANG: 'C' },
    });
    const masked = (text: string) => mask(text, root, modules);
    const answer = { exit: result.status, stdout: masked(result.stdout), stderr: masked(result.stderr) };
    if (one.written === undefined) return answer;
    return { ...answer, written: masked(readFileSync(join(root, one.written), 'latin1')) };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Copies the tree and fills in the places. */
export function layOutTree(root: string, modules: string): void {
  const tree = join(cliFixtures, 'tree');
  cpSync(tree, root, { recursive: true });
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    const path = join(root, name);
    if (!statSync(path).isFile() || !/\.(?:conf|inc)$/.test(name)) continue;
    const text = readFileSync(path, 'latin1');
    writeFileSync(path, text.replaceAll('@ROOT@', root).replaceAll('@MODULES@', modules), 'latin1');
  }
}

/** Replaces what differs from run to run; the order of Mutex lines is random in Apache. */
function mask(text: string, root: string, modules: string): string {
  const masked = text
    .replaceAll(root, '@ROOT@')
    .replaceAll(modules, '@MODULES@')
    .replace(/^\[\w{3} \w{3} \d\d [\d:.]+ \d{4}\]/gm, '[@TIME@]')
    .replace(/\[pid \d+:tid \d+\]/g, '[pid @PID@:tid @TID@]')
    .replace(/^(Server built: +).*/m, '$1@BUILT@')
    .replace(/^ +\[-/gm, ' [-');
  return masked.replace(
    /(?:^Mutex .*\n)+/m,
    (lines) => `${lines.slice(0, -1).split('\n').sort().join('\n')}\n`,
  );
}
