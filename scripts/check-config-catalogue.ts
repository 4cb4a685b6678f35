import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Diagnostic, ModuleDefinition, World } from '@httpd-ts/kernel';
import { standardModules } from '@httpd-ts/modules';
import { nodeWorld } from '@httpd-ts/server';
import {
  carryOutConfiguration,
  findTree,
  parseSwitches,
  readConfiguration,
  type Switches,
  startUpMessage,
  untilFirstError,
} from 'httpd-ts';

// Compares what httpd-ts says about configurations with a catalogue of what Apache said, case by case, in this process.
// The catalogue is an array of cases; `preamble/*.conf` beside it are what the cases include.

interface Case {
  readonly id: string;
  readonly category: string;
  readonly config: string;
  readonly config_base64?: string;
  readonly config_generated?: boolean;
  readonly argv: readonly string[];
  readonly stderr: string;
  readonly exit: number;
  readonly files?: Readonly<Record<string, string | null>>;
  readonly setup?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Outcome {
  readonly verdict: boolean;
  /** The error is the same, place and text. */
  readonly message: boolean;
  /** File and line of the error are the same. */
  readonly place: boolean;
  /** Everything printed is the same, warnings and their order included. */
  readonly whole: boolean;
  /** The error is only that a module is missing here. */
  readonly isMissing: boolean;
  readonly given: string;
}

const modulesPlace = '/usr/lib/apache2/modules';

/** Lays a case's files out in a fresh directory. */
function layOut(one: Case, preambles: string, root: string): void {
  for (const name of ['run', 'logs', 'htdocs', 'preamble']) mkdirSync(join(root, name));
  writeFileSync(join(root, 'htdocs/index.html'), 'hello\n');
  writeFileSync(join(root, 'mime.types'), 'text/html html\n');
  for (const name of readdirSync(preambles)) {
    const text = readFileSync(join(preambles, name), 'latin1');
    writeFileSync(join(root, 'preamble', name), place(text, root), 'latin1');
  }
  for (const [name, content] of Object.entries(one.files ?? {})) {
    const path = join(root, name);
    mkdirSync(content === null ? path : dirname(path), { recursive: true });
    if (content !== null) writeFileSync(path, place(content, root));
  }
  if (one.setup !== undefined) spawnSync('sh', ['-c', place(one.setup, root)], { cwd: root });
  const config =
    one.config_base64 === undefined ? Buffer.from(generated(one)) : Buffer.from(one.config_base64, 'base64');
  writeFileSync(join(root, 'test.conf'), place(config.toString('latin1'), root), 'latin1');
}

/** Long lines stand in the catalogue as `{"a" repeated 1048576 times}`. */
function generated({ config, config_generated }: Case): string {
  if (config_generated !== true) return config;
  return config.replace(/\{"(.)" repeated (\d+) times\}/g, (_all, char: string, times: string) =>
    char.repeat(Number(times)),
  );
}

const place = (text: string, root: string) =>
  text.replaceAll('@ROOT@', root).replaceAll('@MODULES@', modulesPlace);

const displace = (text: string, root: string) =>
  text
    .replaceAll(root, '@ROOT@')
    .replaceAll(modulesPlace, '@MODULES@')
    .replaceAll('@ROOT@/test.conf', '@CONF@')
    .replace(/^\[\w{3} \w{3} \d\d [\d:.]+ \d{4}\]/gm, '[@TIME@]')
    .replace(/\[pid \d+:tid \d+\]/g, '[pid @PID@:tid @TID@]');

/** The switches of a case that asks for nothing but the verdict. */
function plainCheck(one: Case, root: string): Switches | undefined {
  const parsed = parseSwitches(one.argv.map((arg) => place(arg, root)));
  if (parsed.kind !== 'run') return undefined;
  const { switches } = parsed;
  const isPlain =
    switches.checkOnly &&
    switches.startupLog === undefined &&
    switches.startupLevel === undefined &&
    !switches.defines.some((name) => name.startsWith('DUMP_'));
  return isPlain ? switches : undefined;
}

function run(
  one: Case,
  root: string,
  world: World,
  modules: readonly ModuleDefinition[],
): Outcome | undefined {
  const switches = plainCheck(one, root);
  if (switches === undefined) return undefined;
  const environment = new Map([['PATH', process.env.PATH ?? ''], ...Object.entries(one.env ?? {})]);
  const own: World = { ...world, environment };
  const read = readConfiguration({ ...switches, ...findTree(switches), world: own, modules });
  const { diagnostics } = carryOutConfiguration(read, own);
  return compare(one, diagnostics, root);
}

function compare(one: Case, diagnostics: readonly Diagnostic[], root: string): Outcome {
  const printed = (list: readonly Diagnostic[]) =>
    displace(list.map((diagnostic) => startUpMessage(diagnostic, 'apache2')).join(''), root);
  const error = diagnostics.find(({ severity }) => severity === 'error');
  const wanted = displace(one.stderr.replaceAll('@ROOT@', root), root);
  const given = printed(untilFirstError(diagnostics)) + (error === undefined ? 'Syntax OK\n' : '');
  const ownError = error === undefined ? 'Syntax OK\n' : printed([error]);
  const invalid = error?.text.startsWith('Invalid command ') ?? false;
  return {
    verdict: (error === undefined) === (one.exit === 0),
    message: wanted.endsWith(ownError),
    place: wanted.endsWith(ownError) || placeOf(wanted) === placeOf(ownError),
    whole: wanted === given,
    isMissing: invalid && !wanted.includes('Invalid command '),
    given,
  };
}

/** Every `line N of FILE` of an error, which is what an editor jumps to. */
function placeOf(text: string): string {
  return [...text.matchAll(/line (\d+) of ([^\s:]+)/g)].map(([whole]) => whole).join(' < ');
}

const percent = (part: number, of: number) => (of === 0 ? '-' : `${((100 * part) / of).toFixed(1)}%`);

function row(title: string, outcomes: readonly Outcome[]): string {
  const here = outcomes.filter(({ isMissing }) => !isMissing);
  const count = (field: 'verdict' | 'message' | 'place' | 'whole') =>
    percent(here.filter((outcome) => outcome[field]).length, here.length).padStart(9);
  const missing = String(outcomes.length - here.length).padStart(8);
  const cases = String(outcomes.length).padStart(6);
  return `${title.padEnd(20)}${cases}${missing}${count('verdict')}${count('message')}${count('place')}${count('whole')}`;
}

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { show: { type: 'string' }, only: { type: 'string' } },
  });
  const [catalogue] = positionals;
  if (catalogue === undefined) {
    console.error('usage: check-config-catalogue.ts CATALOGUE.json [--show CATEGORY|all] [--only ID]');
    return 2;
  }
  const cases = JSON.parse(readFileSync(catalogue, 'utf8')) as Case[];
  const preambles = join(dirname(catalogue), 'preamble');
  const modules = standardModules;
  const world = nodeWorld();
  const byCategory = new Map<string, Outcome[]>();
  const start = process.cwd();
  let passedOver = 0;
  for (const one of cases) {
    if (values.only !== undefined && one.id !== values.only) continue;
    const root = mkdtempSync(join(tmpdir(), 'catalogue-'));
    layOut(one, preambles, root);
    process.chdir(root);
    const outcome = run(one, root, world, modules);
    process.chdir(start);
    rmSync(root, { recursive: true, force: true });
    if (outcome === undefined) {
      passedOver++;
      continue;
    }
    byCategory.set(one.category, [...(byCategory.get(one.category) ?? []), outcome]);
    const isShown = values.only !== undefined || values.show === 'all' || values.show === one.category;
    if (isShown && !outcome.whole && !outcome.isMissing) {
      console.log(`## ${one.id}\n${one.config.slice(0, 300)}`);
      console.log(
        `-- Apache:   ${displace(one.stderr, root).trimEnd()}\n-- httpd-ts: ${outcome.given.trimEnd()}\n`,
      );
    }
  }
  console.log(
    `${'category'.padEnd(20)} cases missing  verdict  message    place    whole\n` +
      [...byCategory].map(([category, outcomes]) => row(category, outcomes)).join('\n'),
  );
  console.log(row('all', [...byCategory.values()].flat()));
  console.log(
    `\nmissing: refused only because a module does not exist here, not counted in the percentages; ` +
      `${passedOver} cases that ask for more than a verdict were passed over`,
  );
  return 0;
}

process.exitCode = main();
