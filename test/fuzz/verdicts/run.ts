/**
 * Gives the same random configurations to `apache2 -t` and to httpd-ts and counts where verdict, place or words differ.
 *
 * `node test/fuzz/verdicts/run.ts [--seed N] [--cases N] [--probes N] [--show N] [--save FILE] [--answers FILE]`
 * `--probes N` tries each directive alone, N times; `--answers` keeps what Apache said for the next run.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import type { CommandAnswer } from '../../diagnostics/diagnostic-case.ts';
import {
  askApache,
  askBoth,
  type Compared,
  errorOf,
  hasDied,
  type Kind,
  show,
  workplace,
} from './ask-both.ts';
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

/** What Apache has said before, by a digest of what it was asked. */
const answers = new Map<string, CommandAnswer>();
if (values.answers !== undefined && existsSync(values.answers)) {
  for (const line of readFileSync(values.answers, 'utf8').split('\n')) {
    if (line !== '') answers.set(...(JSON.parse(line) as [string, CommandAnswer]));
  }
}

async function askOnce(one: GeneratedCase, root: string): Promise<CommandAnswer> {
  const key = createHash('sha256').update(JSON.stringify(one)).digest('base64');
  const known = answers.get(key);
  if (known !== undefined) return known;
  const answer = await askApache(one, root);
  answers.set(key, answer);
  if (values.answers !== undefined) appendFileSync(values.answers, `${JSON.stringify([key, answer])}\n`);
  return answer;
}

let deaths = 0;

/** How the two differ about a configuration. */
async function differenceOf(one: GeneratedCase, root: string): Promise<Difference | undefined> {
  const compared = await askBoth(one, root, askOnce);
  if (hasDied(compared.apache)) deaths += 1;
  return compared.kind === undefined ? undefined : { ...compared, kind: compared.kind };
}

type Difference = Compared & { readonly kind: Kind };

/** Leaves out files, lines, then words, as long as a difference of the kind is left. */
async function shrink(one: GeneratedCase, found: Difference, root: string) {
  let best = { one, found };
  const attempt = async (change: Partial<GeneratedCase>): Promise<boolean> => {
    const smaller = { ...best.one, ...change };
    const difference = await differenceOf(smaller, root);
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
    const found = await differenceOf(one, root);
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

await Promise.all([work(), work()]);
console.log(
  `${sample.length} configurations with seed ${seed}: ${JSON.stringify(counts)}, Apache died of ${deaths}`,
);
if (values.save !== undefined) writeFileSync(values.save, `${JSON.stringify(finds, null, 1)}\n`);
process.exitCode = Object.keys(counts).length > 0 ? 1 : 0;
