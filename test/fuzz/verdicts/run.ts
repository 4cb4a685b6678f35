/**
 * Gives the same random configurations to `apache2 -t` and to httpd-ts and counts where verdict, place or words differ.
 *
 * `node test/fuzz/verdicts/run.ts [--seed N] [--cases N] [--probes N] [--show N] [--save FILE] [--answers FILE]`
 * `--probes N` tries each directive alone, N times; `--answers` keeps what Apache said for the next run.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { askInProcess } from '../../diagnostics/ask-in-process.ts';
import {
  argumentsOf,
  type CommandAnswer,
  type DiagnosticCase,
  layOutCase,
  layOutPreamble,
  maskOutput,
} from '../../diagnostics/diagnostic-case.ts';
import { cases, type GeneratedCase, probes } from './generate.ts';
import { valuePool } from './value-pool.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    cases: { type: 'string', default: '2000' },
    show: { type: 'string', default: '20' },
    save: { type: 'string' },
    probes: { type: 'string' },
    answers: { type: 'string' },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));

type Kind = 'verdict' | 'place' | 'words' | 'warnings' | 'thrown';

interface Difference {
  readonly kind: Kind;
  readonly apache: CommandAnswer;
  readonly own: CommandAnswer;
}

/** A directory in which one case after the other is tried. */
function workplace(): string {
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

let deaths = 0;

/** A module in a folder that is not there is taken as loaded: so is a configuration checked where Apache is not installed. */
const isWithoutItsFolder = ({ stderr }: CommandAnswer) => {
  const [, path] = /Cannot load \S+ into server: (\S+): cannot open/.exec(stderr) ?? [];
  return path !== undefined && !existsSync(dirname(path));
};

async function askBoth(one: GeneratedCase, root: string): Promise<Difference | undefined> {
  writeFileSync(join(root, 'test.conf'), one.config, 'latin1');
  for (const [name, text] of Object.entries(one.files)) writeFileSync(join(root, name), text, 'latin1');
  const apache = await askApache(one, root);
  let own: CommandAnswer;
  try {
    own = await askInProcess(asCase(one), root);
  } catch (error) {
    return {
      kind: 'thrown',
      apache,
      own: { exit: null, stdout: '', stderr: String((error as Error).stack) },
    };
  }
  // There is no verdict where Apache died.
  if (apache.exit === null) {
    deaths += 1;
    return undefined;
  }
  if (isWithoutItsFolder(apache)) return undefined;
  const kind = differenceOf(apache, own);
  return kind === undefined ? undefined : { kind, apache, own };
}

/** What Apache has said before, by a digest of what it was asked. */
const answers = new Map<string, CommandAnswer>();
if (values.answers !== undefined && existsSync(values.answers)) {
  for (const line of readFileSync(values.answers, 'utf8').split('\n')) {
    if (line !== '') answers.set(...(JSON.parse(line) as [string, CommandAnswer]));
  }
}

async function askApache(one: GeneratedCase, root: string): Promise<CommandAnswer> {
  const key = createHash('sha256').update(JSON.stringify(one)).digest('base64');
  const known = answers.get(key);
  if (known !== undefined) return known;
  const answer = await runApache(one, root);
  answers.set(key, answer);
  if (values.answers !== undefined) appendFileSync(values.answers, `${JSON.stringify([key, answer])}\n`);
  return answer;
}

function runApache(one: GeneratedCase, root: string): Promise<CommandAnswer> {
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
const errorOf = ({ stderr }: CommandAnswer) =>
  /(?:^|\n)((?:AH00526: |apache2: )[\s\S]*)$/.exec(stderr)?.[1] ?? stderr.split('\n').at(-2) ?? '';

function differenceOf(apache: CommandAnswer, own: CommandAnswer): Kind | undefined {
  if (apache.exit !== own.exit) return 'verdict';
  if (errorOf(apache) !== errorOf(own))
    return places(apache.stderr) === places(own.stderr) ? 'words' : 'place';
  return apache.stderr === own.stderr && apache.stdout === own.stdout ? undefined : 'warnings';
}

/** Leaves out files, lines, then words, as long as a difference of the kind is left. */
async function shrink(one: GeneratedCase, found: Difference, root: string) {
  let best = { one, found };
  const attempt = async (change: Partial<GeneratedCase>): Promise<boolean> => {
    const smaller = { ...best.one, ...change };
    const difference = await askBoth(smaller, root);
    if (difference?.kind !== found.kind) return false;
    best = { one: smaller, found: difference };
    return true;
  };
  const names = Object.keys(one.files);
  if (!(await attempt({ files: Object.fromEntries(names.map((name) => [name, ''])) }))) {
    for (const name of names) await attempt({ files: { ...best.one.files, [name]: '' } });
  }
  const cut = async (read: () => string, change: (text: string) => Partial<GeneratedCase>) => {
    for (const separator of ['\n', ' ']) {
      for (let size = read().split(separator).length >> 1; size >= 1; size >>= 1) {
        for (let at = 0; at < read().split(separator).length; ) {
          const parts = read().split(separator);
          parts.splice(at, size);
          if (!(await attempt(change(parts.join(separator))))) at += size;
        }
      }
    }
  };
  await cut(
    () => best.one.config,
    (config) => ({ config }),
  );
  for (const name of names) {
    await cut(
      () => best.one.files[name]!,
      (text) => ({ files: { ...best.one.files, [name]: text } }),
    );
  }
  return best;
}

const { directives, values: seen } = valuePool();
const sample =
  values.probes === undefined
    ? fc.sample(cases(directives, seen), { seed, numRuns: Number(values.cases) })
    : probes(directives, seen, seed, Number(values.probes));
console.log(`seed ${seed}`);
const counts: Record<string, number> = {};
const finds: { kind: Kind; config: string; files: GeneratedCase['files']; args: readonly string[] }[] = [];
const known = new Set<string>();

// Two at a time: while Apache is asked about one, the other is tried here.
const queue = [...sample];
async function work(): Promise<void> {
  const root = workplace();
  for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
    const found = await askBoth(one, root);
    if (found === undefined) continue;
    counts[found.kind] = (counts[found.kind] ?? 0) + 1;
    if (finds.length >= Number(values.show)) continue;
    const rough = `${found.kind} ${errorOf(found.apache)} ${errorOf(found.own)}`.replace(
      /line \d+|'[^']*'/g,
      '',
    );
    if (known.has(rough)) continue;
    known.add(rough);
    const small = values.probes === undefined ? await shrink(one, found, root) : { one, found };
    const key = `${small.found.kind} ${/^\s*\S+/m.exec(small.one.config)?.[0]} ${errorOf(small.found.apache).slice(0, 60)}`;
    if (known.has(key)) continue;
    known.add(key);
    finds.push({ kind: found.kind, ...small.one });
    console.log(`## ${found.kind} ${small.one.args.join(' ')}\n${small.one.config}`);
    const files = Object.entries(small.one.files).filter(([, text]) => text !== '');
    for (const [name, text] of files) console.log(`-- ${name}\n${text}`);
    console.log(
      `-- Apache (${small.found.apache.exit}):   ${show(small.found.apache)}\n-- httpd-ts (${small.found.own.exit}): ${show(small.found.own)}\n`,
    );
  }
  rmSync(root, { recursive: true, force: true });
}

const show = ({ stderr, stdout }: CommandAnswer) => (stderr || stdout).trimEnd().slice(0, 1500);

await Promise.all([work(), work()]);
console.log(
  `${sample.length} configurations with seed ${seed}: ${JSON.stringify(counts)}, Apache died of ${deaths}`,
);
if (values.save !== undefined) writeFileSync(values.save, `${JSON.stringify(finds, null, 1)}\n`);
process.exitCode = Object.keys(counts).length > 0 ? 1 : 0;
