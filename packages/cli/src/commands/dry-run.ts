import { withDirectories } from '../check-configuration.ts';
import { reportSurvey, surveyFormats } from '../dry-run/report.ts';
import { surveyConfiguration } from '../dry-run/survey.ts';
import { loadEnvvars } from '../envvars/load-envvars.ts';
import { findTree, treeOf } from '../find-tree.ts';
import { latin1, usesColor } from '../output.ts';
import { type Invocation, programOf } from '../run-switches.ts';
import { assumedModules } from './assumed-modules.ts';

export interface DryRunOptions {
  readonly format: string;
  readonly modules: string;
  readonly D: readonly string[];
}

const exitCodes = { runs: 0, doesNotRun: 1, misuse: 2 };

/** Says whether a configuration would run here; gives 0 when it would, 1 when not, 2 when the command makes no sense. */
export async function dryRun(
  path: string | undefined,
  options: DryRunOptions,
  invocation: Invocation,
): Promise<number> {
  const complain = (text: string) => {
    invocation.output.error(`${programOf(invocation)}: ${text}\n`);
    return exitCodes.misuse;
  };
  const format = surveyFormats.find((one) => one === options.format);
  if (format === undefined)
    return complain(`no such format: ${options.format}; use ${surveyFormats.join(', ')}`);
  const tree = path === undefined ? findTree({}) : treeOf(path);
  if (tree === undefined) return complain(`${latin1(path ?? '')}: no such file or directory`);
  const [{ standardModules: modules }, { nodeWorld }] = await Promise.all([
    import('@httpd-ts/modules'),
    import('@httpd-ts/server/node-world'),
  ]);
  const assumeModules = assumedModules(options.modules, modules);
  if (typeof assumeModules === 'string') return complain(assumeModules);
  const { environment, runtimeDirectories } = loadEnvvars(tree.serverRoot, false);
  const real = nodeWorld({ environment });
  const world = { ...real, files: withDirectories(real.files, runtimeDirectories) };
  const survey = surveyConfiguration({ ...tree, world, modules, defines: options.D, assumeModules });
  invocation.output.out(reportSurvey(survey, format, usesColor()));
  return survey.verdict === 'does-not-run' ? exitCodes.doesNotRun : exitCodes.runs;
}
