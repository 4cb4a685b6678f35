import type { ModuleDefinition, ServedPlan, World } from '@httpd-ts/kernel';
import {
  type Checked,
  carryOutConfiguration,
  hasError,
  readConfiguration,
  withDirectories,
} from './check-configuration.ts';
import { loadEnvvars } from './envvars/load-envvars.ts';
import { type ConfigTree, findTree } from './find-tree.ts';
import { errorsToFile, latin1, type Output } from './output.ts';
import { type ParsedSwitches, parseSwitches, type Switches } from './parse-switches.ts';
import { isHidden, startUpMessage, untilFirstError } from './start-up-message.ts';
import { usage } from './usage.ts';

/** What a command is run with. */
export interface Invocation {
  /** The command as it was typed. */
  readonly argv0: string;
  readonly output: Output;
}

/** The base name of the command, which begins many of httpd's messages. */
export const programOf = ({ argv0 }: Invocation) => argv0.slice(argv0.lastIndexOf('/') + 1);

/** Does what httpd does with these switches; gives the exit code. httpd: server/main.c main */
export async function runSwitches(args: readonly string[], invocation: Invocation): Promise<number> {
  const parsed = parseSwitches(args.map(latin1));
  return parsed.kind === 'run'
    ? runSwitchesParsed(parsed.switches, invocation)
    : answerAtOnce(parsed, invocation);
}

async function answerAtOnce(
  parsed: Exclude<ParsedSwitches, { kind: 'run' }>,
  invocation: Invocation,
): Promise<number> {
  const { output, argv0 } = invocation;
  if (parsed.kind === 'usage') {
    if (parsed.complaint !== undefined) output.error(`${programOf(invocation)}: ${parsed.complaint}\n`);
    output.error(usage(argv0));
    return 1;
  }
  if (parsed.kind === 'version') {
    const { versionText } = await import('./version-text.ts');
    output.out(versionText());
    return 0;
  }
  const { describeStaticModules } = await import('./describe-modules.ts');
  output.out(describeStaticModules(await standardModules()));
  return 0;
}

async function standardModules(): Promise<readonly ModuleDefinition[]> {
  return (await import('@httpd-ts/modules')).standardModules;
}

/** `-E`: messages go to that file; where it cannot be opened they stay where they are. */
function openStartupLog({ startupLog }: Switches, invocation: Invocation): Invocation {
  if (startupLog === undefined) return invocation;
  const output = errorsToFile(startupLog);
  if (typeof output !== 'string') return { ...invocation, output };
  const reason =
    { ENOENT: '(2)No such file or directory', EACCES: '(13)Permission denied' }[output] ?? output;
  const program = programOf(invocation);
  invocation.output.error(`${reason}: AH00086: ${program}: could not open error log file ${startupLog}.\n`);
  return invocation;
}

/** Defines that ask for a description in place of a start. httpd: server/main.c, AP_SQ_RM_CONFIG_DUMP */
const dumps = ['DUMP_VHOSTS', 'DUMP_RUN_CFG', 'DUMP_MODULES', 'DUMP_INCLUDES'];

/** Does what switches ask for that have been read. */
export async function runSwitchesParsed(switches: Switches, given: Invocation): Promise<number> {
  const invocation = openStartupLog(switches, given);
  const tree = findTree(switches);
  const isDump = switches.defines.some((name) => dumps.includes(name));
  const isQuestion = switches.checkOnly || isDump || switches.showSettings || switches.showDirectives;
  if (isQuestion) return answer(switches, tree, invocation);
  const { control } = await import('./control.ts');
  const check = () => checkTree(switches, tree, invocation);
  return control({
    switches,
    tree,
    invocation,
    commandLine: [invocation.argv0, ...switches.words].join(' '),
    check,
  });
}

/** A configuration that httpd would start with; undefined after its error has been printed. */
export type GoodConfiguration = Checked & { readonly plan: ServedPlan };

async function readTree(switches: Switches, tree: ConfigTree) {
  const [{ nodeWorld }, modules] = await Promise.all([
    import('@httpd-ts/server/node-world'),
    standardModules(),
  ]);
  const { environment, notes, runtimeDirectories } = loadEnvvars(tree.serverRoot, false);
  const real = nodeWorld({ environment });
  const world: World = { ...real, files: withDirectories(real.files, runtimeDirectories) };
  return { world, notes, checked: readConfiguration({ ...switches, ...tree, world, modules }) };
}

function printUpToError({ diagnostics, settings }: Checked, invocation: Invocation): void {
  const program = programOf(invocation);
  for (const diagnostic of untilFirstError(diagnostics)) {
    if (isHidden(diagnostic, settings.startupLevel)) continue;
    invocation.output.error(startUpMessage(diagnostic, program));
  }
}

async function checkTree(
  switches: Switches,
  tree: ConfigTree,
  invocation: Invocation,
): Promise<GoodConfiguration | undefined> {
  const { world, checked } = await readTree(switches, tree);
  const result = carryOutConfiguration(checked, world);
  printUpToError(result, invocation);
  const plan = result.compiled?.plan;
  return plan === undefined ? undefined : { ...result, plan };
}

/** The switches that only ask: `-t`, `-S`, `-M`, `-L`, `-V` and `-D DUMP_…`. */
async function answer(switches: Switches, tree: ConfigTree, invocation: Invocation): Promise<number> {
  const { output } = invocation;
  const wants = (name: string) => switches.defines.includes(name);
  const { world, notes, checked } = await readTree(switches, tree);
  const { resolved } = checked;
  for (const note of notes) output.error(`${programOf(invocation)}: ${note}\n`);
  if (wants('DUMP_INCLUDES')) {
    const { describeIncludes } = await import('./describe-includes.ts');
    output.out(describeIncludes(resolved.files));
  }
  if (switches.showSettings) {
    printUpToError(checked, invocation);
    const { loadedMpm, settingsText } = await import('./version-text.ts');
    const mpm = hasError(checked.diagnostics) ? undefined : loadedMpm(resolved.modules);
    output.out(settingsText(mpm));
    if (mpm === undefined && !hasError(checked.diagnostics)) {
      output.error(`AH00534: ${programOf(invocation)}: Configuration error: No MPM loaded.\n`);
    }
    return mpm === undefined ? 1 : 0;
  }
  const result = carryOutConfiguration(checked, world);
  printUpToError(result, invocation);
  const plan = result.compiled?.plan;
  if (plan === undefined) return 1;
  output.out(await describe(switches, { ...result, plan }));
  const isOnlyDump = dumps.some(wants);
  if (!isOnlyDump && !switches.showDirectives) output.error('Syntax OK\n');
  return 0;
}

async function describe(switches: Switches, { plan, resolved }: GoodConfiguration): Promise<string> {
  const wants = (name: string) => switches.defines.includes(name);
  const parts: string[] = [];
  if (switches.showDirectives) {
    const { describeDirectives } = await import('./describe-modules.ts');
    return describeDirectives(resolved.modules);
  }
  if (wants('DUMP_VHOSTS')) {
    const { describeVirtualHosts } = await import('./describe-virtual-hosts.ts');
    parts.push(describeVirtualHosts(plan, resolved.tree));
  }
  if (wants('DUMP_CONFIG') && resolved.modules.some(({ name }) => name === 'mod_info')) {
    const { describeConfig } = await import('./describe-config.ts');
    parts.push(describeConfig(resolved.tree));
  }
  if (wants('DUMP_RUN_CFG')) {
    const { describeRunSettings } = await import('./describe-run-settings.ts');
    parts.push(describeRunSettings(plan, resolved.tree, switches.defines));
  }
  if (wants('DUMP_MODULES')) {
    const { describeModules } = await import('./describe-modules.ts');
    parts.push(describeModules(resolved.modules));
  }
  return parts.join('');
}
