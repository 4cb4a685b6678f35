import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { askInProcess } from '../../diagnostics/ask-in-process.ts';
import {
  argumentsOf,
  type CommandAnswer,
  type DiagnosticCase,
  layOutCase,
  layOutPreamble,
  maskOutput,
} from '../../diagnostics/diagnostic-case.ts';
import type { GeneratedCase } from './generate.ts';

/** What differs; `thrown`: httpd-ts did not come to an answer. */
export type Kind = 'verdict' | 'place' | 'words' | 'warnings' | 'thrown';

/** Both answers to one configuration. */
export interface Compared {
  /** Undefined where they agree, or Apache gave no verdict. */
  readonly kind: Kind | undefined;
  readonly apache: CommandAnswer;
  readonly own: CommandAnswer;
}

/** A directory in which one case after the other is tried. */
export function workplace(): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'v-')));
  const empty = { id: '', config: '', exit: 0, stderr: '' };
  layOutCase({ ...empty, preamble: 'light' }, root);
  layOutPreamble('all', root);
  mkdirSync(join(root, 'confdir'));
  return root;
}

const asCase = ({ config, files, args, preamble }: GeneratedCase): DiagnosticCase => ({
  preamble,
  id: '',
  config,
  files,
  args,
  exit: 0,
  stderr: '',
});

/** A module in a folder that is not there is taken as loaded: so is a configuration checked where Apache is not installed. */
const isWithoutItsFolder = ({ stderr }: CommandAnswer) => {
  const [, path] = /Cannot load \S+ into server: (\S+): cannot open/.exec(stderr) ?? [];
  return path !== undefined && !existsSync(dirname(path));
};

let before: Promise<unknown> = Promise.resolve();

/** Runs in a directory, as paths without a ServerRoot begin there; one after the other, as there is one for all. */
function fromDirectory<T>(path: string, run: () => Promise<T>): Promise<T> {
  const result = before.then(() => {
    process.chdir(path);
    return run();
  });
  before = result.catch(() => undefined);
  return result;
}

/** Whether Apache gave no verdict: a signal ended it, or its scanner of expressions, which has no rule for some texts. */
export const hasDied = ({ exit, stderr }: CommandAnswer) =>
  exit === null || (exit === 2 && stderr.includes('flex scanner jammed'));

const sedComplaint = /^(.*\nFailed to compile sed expression\. )([^:\n]*)(: .*)$/s;

/**
 * Whether both refuse a sed expression whose pattern has no end, for different reasons: Apache reads on behind the
 * line, and complains of what happens to stand there.
 */
function readsOnInMemory(apache: CommandAnswer, own: CommandAnswer): boolean {
  const [, before, reason, behind] = sedComplaint.exec(own.stderr) ?? [];
  const isEndless = reason === 'Illegal or missing delimiter' || reason === 'command garbled';
  const other = sedComplaint.exec(apache.stderr);
  return isEndless && other?.[1] === before && other?.[3] === behind;
}

/** Asks Apache, or `ask` in its place, and httpd-ts about a configuration laid out in `root`. */
export async function askBoth(one: GeneratedCase, root: string, ask = askApache): Promise<Compared> {
  writeFileSync(join(root, 'test.conf'), one.config, 'latin1');
  for (const [name, text] of Object.entries(one.files)) writeFileSync(join(root, name), text, 'latin1');
  const apache = await ask(one, root);
  let own: CommandAnswer;
  try {
    own = await fromDirectory(root, () => askInProcess(asCase(one), root));
  } catch (error) {
    return {
      kind: 'thrown',
      apache,
      own: { exit: null, stdout: '', stderr: String((error as Error).stack) },
    };
  }
  const isUndecided = hasDied(apache) || isWithoutItsFolder(apache) || readsOnInMemory(apache, own);
  return { kind: isUndecided ? undefined : differenceOf(apache, own), apache, own };
}

/** What Apache answers to a configuration laid out in `root`. */
export function askApache(one: GeneratedCase, root: string): Promise<CommandAnswer> {
  return new Promise((resolve) => {
    const child = spawn('/usr/sbin/apache2', argumentsOf(asCase(one), root), {
      argv0: 'apache2',
      cwd: root,
      env: { PATH: process.env.PATH ?? '', LANG: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('latin1').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('latin1').on('data', (text: string) => {
      stderr += text;
    });
    child.on('close', (exit) =>
      resolve({ exit, stdout: maskOutput(stdout, root), stderr: maskOutput(stderr, root) }),
    );
  });
}

const places = (text: string) =>
  [...text.matchAll(/line (\d+) of ([^\s:]+)/g)].map(([whole]) => whole).join(' < ');

/** The error alone: the warnings before it begin with a time or a number of their own. */
export const errorOf = ({ stderr }: CommandAnswer) =>
  /(?:^|\n)((?:AH00526: |apache2: )[\s\S]*)$/.exec(stderr)?.[1] ?? stderr.split('\n').at(-2) ?? '';

function differenceOf(apache: CommandAnswer, own: CommandAnswer): Kind | undefined {
  if (apache.exit !== own.exit) return 'verdict';
  if (errorOf(apache) !== errorOf(own))
    return places(apache.stderr) === places(own.stderr) ? 'words' : 'place';
  return apache.stderr === own.stderr && apache.stdout === own.stdout ? undefined : 'warnings';
}

/** The beginning of an answer. */
export const show = ({ stderr, stdout }: CommandAnswer) => (stderr || stdout).trimEnd().slice(0, 1500);
