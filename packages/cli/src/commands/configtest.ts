import type { Diagnostic, ModuleDefinition } from '@httpd-ts/kernel';
import {
  type Checked,
  carryOutConfiguration,
  hasError,
  readConfiguration,
  withDirectories,
} from '../check-configuration.ts';
import { loadEnvvars } from '../envvars/load-envvars.ts';
import { type ConfigTree, findTree, treeOf } from '../find-tree.ts';
import { latin1, usesColor } from '../output.ts';
import { type Invocation, programOf } from '../run-switches.ts';
import { assumedModules } from './assumed-modules.ts';
import { reportAsHttpd, reportAsJson, reportPretty } from './report.ts';

/** How `configtest` can answer. */
export const reportFormats = ['pretty', 'apache', 'json'] as const;

export interface ConfigtestOptions {
  readonly format: string;
  readonly modules: string;
  readonly D: readonly string[];
}

/** The verdict on one configuration. */
export interface Verdict {
  readonly configFile: string;
  readonly diagnostics: readonly Diagnostic[];
}

const exitCodes = { good: 0, refused: 1, misuse: 2 };

/** Checks configurations; gives 0 when all are good, 1 when one is refused, 2 when the command makes no sense. */
export async function configtest(
  paths: readonly string[],
  options: ConfigtestOptions,
  invocation: Invocation,
): Promise<number> {
  const { output } = invocation;
  const complain = (text: string) => {
    output.error(`${programOf(invocation)}: ${text}\n`);
    return exitCodes.misuse;
  };
  const format = reportFormats.find((one) => one === options.format);
  if (format === undefined)
    return complain(`no such format: ${options.format}; use ${reportFormats.join(', ')}`);
  const { standardModules } = await import('@httpd-ts/modules');
  const assumed = assumedModules(options.modules, standardModules);
  if (typeof assumed === 'string') return complain(assumed);
  const trees: ConfigTree[] = paths.length === 0 ? [findTree({})] : [];
  for (const path of paths) {
    const tree = treeOf(path);
    if (tree === undefined) return complain(`${latin1(path)}: no such file or directory`);
    trees.push(tree);
  }
  const verdicts: Verdict[] = [];
  for (const tree of trees) verdicts.push(await check(tree, options.D, assumed, standardModules));
  if (format === 'json') output.out(reportAsJson(verdicts));
  else if (format === 'apache') output.error(reportAsHttpd(verdicts, programOf(invocation)));
  else output.out(reportPretty(verdicts, usesColor()));
  return verdicts.some(({ diagnostics }) => hasError(diagnostics)) ? exitCodes.refused : exitCodes.good;
}

async function check(
  tree: ConfigTree,
  defines: readonly string[],
  assumeModules: readonly string[],
  modules: readonly ModuleDefinition[],
): Promise<Verdict> {
  const { nodeWorld } = await import('@httpd-ts/server/node-world');
  const { environment, notes, runtimeDirectories } = loadEnvvars(tree.serverRoot, false);
  const real = nodeWorld({ environment });
  const world = { ...real, files: withDirectories(real.files, runtimeDirectories) };
  const read = readConfiguration({ ...tree, world, modules, defines, assumeModules });
  const checked = carryOutConfiguration(read, world);
  const remarks = notes.map((text): Diagnostic => ({ severity: 'note', stage: 'reading', text }));
  return {
    configFile: tree.configFile,
    diagnostics: [...remarks, ...checked.diagnostics, ...unsupportedUses(checked)],
  };
}

/** Directives that `-t` lets pass, as httpd does, and that a start would refuse. */
function unsupportedUses({ compiled }: Checked): Diagnostic[] {
  return (compiled?.unsupported ?? []).map(({ name, module, node, detail }) => ({
    severity: 'warning',
    stage: 'processing',
    text: `${name}${detail === undefined ? '' : ` ${detail}`} (${module}) is not supported by httpd-ts yet: it will not start with this line unless --allow-unsupported=${name.replace('<', '')} is given`,
    file: node.file,
    line: node.line,
    chain: node.chain,
    directive: name,
  }));
}
