import { readFileSync } from 'node:fs';
import { type Files, type ModuleDefinition, type World, withTextFile } from '@httpd-ts/kernel';
import type { CheckResult, Finding } from '@httpd-ts/lint';
import { withDirectories } from '../check-configuration.ts';
import { findConfigurations, isHtaccess, type Wanted } from '../configtest/find-configurations.ts';
import { type LintSettings, readSettings, severitiesOf } from '../configtest/lint-settings.ts';
import { type Progress, showProgress } from '../configtest/progress.ts';
import { reportAsHttpd } from '../configtest/report-as-httpd.ts';
import { reportAsJson } from '../configtest/report-as-json.ts';
import { reportForGithub } from '../configtest/report-for-github.ts';
import { type ReportFormat, reportFormats } from '../configtest/report-formats.ts';
import { reportPretty } from '../configtest/report-pretty.ts';
import { insideRoot, packagedDirectories, rootOf } from '../configtest/rooted-tree.ts';
import { rootedWorld } from '../configtest/rooted-world.ts';
import { countOf, type Verdict } from '../configtest/verdict.ts';
import { loadEnvvars } from '../envvars/load-envvars.ts';
import { findTree } from '../find-tree.ts';
import { latin1, usesColor } from '../output.ts';
import { type Invocation, programOf } from '../run-switches.ts';
import { assumedModules } from './assumed-modules.ts';

export interface ConfigtestOptions {
  readonly format: string;
  /** Undefined: as the settings file says, else all. */
  readonly modules?: string;
  readonly D: readonly string[];
  readonly root?: string;
  readonly rule: readonly string[];
  readonly settings?: string;
  readonly lint: boolean;
  readonly quiet?: true;
  readonly maxWarnings?: string;
  readonly stdinFilename?: string;
}

const exitCodes = { good: 0, refused: 1, misuse: 2 };

/** What the command was asked to do, once its words were understood. */
interface Task {
  readonly wanted: readonly Wanted[];
  readonly world: World;
  readonly modules: readonly ModuleDefinition[];
  readonly assumeModules: readonly string[];
  readonly severities: LintSettings['severities'];
  readonly maxWarnings: number;
  readonly root: string;
}

/** Checks configurations; gives 0 when all are good, 1 when one is refused, 2 when the command makes no sense. */
export async function configtest(
  paths: readonly string[],
  options: ConfigtestOptions,
  invocation: Invocation,
): Promise<number> {
  const { output } = invocation;
  const program = programOf(invocation);
  const format = reportFormats.find((one) => one === options.format);
  const task =
    format === undefined
      ? `no such format: ${options.format}; use ${reportFormats.join(', ')}`
      : await understand(paths, options);
  if (typeof task === 'string' || format === undefined) {
    output.error(`${program}: ${task}\n`);
    return exitCodes.misuse;
  }
  const progress = showProgress(process.stderr.isTTY === true, (text) => output.error(text));
  const verdicts: Verdict[] = [];
  for (const one of task.wanted) {
    const result = await check(one, task, options, progress);
    verdicts.push({ title: one.title, ...result });
  }
  progress.done();
  const report = await render(format, verdicts, options, program);
  if (format === 'apache') output.error(report);
  else output.out(report);
  const warnings = countOf(verdicts, 'warning');
  const tooMany = warnings > task.maxWarnings;
  if (tooMany) output.error(`${program}: ${warnings} warnings, and --max-warnings is ${task.maxWarnings}\n`);
  return countOf(verdicts, 'error') > 0 || tooMany ? exitCodes.refused : exitCodes.good;
}

async function understand(paths: readonly string[], options: ConfigtestOptions): Promise<Task | string> {
  const settings = readSettings(options.settings);
  if (typeof settings === 'string') return settings;
  const severities = severitiesOf(options.rule);
  if (typeof severities === 'string') return severities;
  const maxWarnings = readMaximum(options.maxWarnings ?? settings.maxWarnings?.toString());
  if (maxWarnings === undefined) return `--max-warnings takes a number, not ${options.maxWarnings}`;
  const root = options.root === undefined ? '' : rootOf(options.root);
  if (root === undefined) return `${options.root}: no such directory`;
  const [{ standardModules: modules }, { nodeWorld }] = await Promise.all([
    import('@httpd-ts/modules'),
    import('@httpd-ts/server/node-world'),
  ]);
  const assumeModules = assumedModules(options.modules ?? settings.modules ?? 'all', modules);
  if (typeof assumeModules === 'string') return assumeModules;
  const real = nodeWorld();
  const rooted = root === '' ? real : rootedWorld(root, real);
  const piped = paths.includes('-') ? pipedFile(options, root) : undefined;
  const world =
    piped === undefined ? rooted : { ...rooted, files: withTextFile(rooted.files, piped.path, piped.text) };
  const wanted: Wanted[] = [];
  for (const path of paths.length === 0 ? [undefined] : paths) {
    const found = find(path, piped?.path, root, world.files);
    if (typeof found === 'string') return found;
    wanted.push(...found);
  }
  return {
    wanted,
    world,
    modules,
    assumeModules,
    severities: { ...settings.severities, ...severities },
    maxWarnings,
    root,
  };
}

const readMaximum = (given: string | undefined) =>
  given === undefined ? Number.POSITIVE_INFINITY : /^\d+$/.test(given) ? Number(given) : undefined;

interface PipedFile {
  readonly path: string;
  readonly text: string;
}

function pipedFile({ stdinFilename = 'stdin' }: ConfigtestOptions, root: string): PipedFile {
  return { path: insideRoot(stdinFilename, root), text: readFileSync(0, 'latin1') };
}

function find(
  path: string | undefined,
  piped: string | undefined,
  root: string,
  files: Files,
): readonly Wanted[] | string {
  if (path === undefined || (root !== '' && insideRoot(path, root) === '/')) {
    const tree = findTree({}, (file) => typeof files.stat(file) === 'object');
    return [{ ...tree, furtherFiles: [], isHtaccess: false, title: tree.configFile }];
  }
  if (path === '-' && piped !== undefined) {
    const [wanted] = findConfigurations(piped, files) as readonly [Wanted];
    return [{ ...wanted, isHtaccess: isHtaccess(piped) }];
  }
  const found = findConfigurations(insideRoot(path, root), files);
  if (found === undefined) return `${latin1(path)}: no such file or directory`;
  return found.length === 0 ? `${latin1(path)}: no configuration file in this directory` : found;
}

async function check(
  wanted: Wanted,
  task: Task,
  options: ConfigtestOptions,
  progress: Progress,
): Promise<CheckResult> {
  const { checkConfiguration } = await import('@httpd-ts/lint');
  const { environment, notes, runtimeDirectories } = loadEnvvars(wanted.serverRoot, false, task.root);
  const { world: base, modules, assumeModules, severities } = task;
  const directories = [...runtimeDirectories, ...packagedDirectories(wanted.serverRoot, environment)];
  const world: World = { ...base, environment, files: withDirectories(base.files, directories) };
  const result = await checkConfiguration({
    ...wanted,
    world,
    modules,
    assumeModules,
    assumesBeside: options.modules !== undefined,
    severities,
    defines: options.D,
    lints: options.lint,
    isPartial: task.root !== '',
    onFile: () => progress.step(),
  });
  return { ...result, findings: [...notes.map(remark), ...result.findings] };
}

const remark = (text: string): Finding => ({
  severity: 'note',
  stage: 'reading',
  origin: 'lint',
  code: 'envvars-not-evaluated',
  text,
});

async function render(
  format: ReportFormat,
  verdicts: readonly Verdict[],
  { quiet = false }: { readonly quiet?: boolean },
  program: string,
): Promise<string> {
  const isShown = ({ severity }: Finding) => !quiet || severity === 'error';
  const shown = verdicts.map((one) => ({ ...one, findings: one.findings.filter(isShown) }));
  const from = latin1(process.cwd());
  switch (format) {
    case 'pretty':
      return reportPretty(verdicts, usesColor(), quiet);
    case 'apache':
      return reportAsHttpd(shown, program);
    case 'json':
      return reportAsJson(shown);
    case 'github':
      return reportForGithub(shown, from);
    case 'sarif': {
      const [{ reportAsSarif }, { ownVersion }] = await Promise.all([
        import('../configtest/report-as-sarif.ts'),
        import('../version-text.ts'),
      ]);
      return reportAsSarif(shown, ownVersion(), from);
    }
  }
}
