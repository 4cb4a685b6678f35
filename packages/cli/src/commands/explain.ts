import { withDirectories } from '../check-configuration.ts';
import { loadEnvvars } from '../envvars/load-envvars.ts';
import { withAssumedFiles } from '../explain/assumed-files.ts';
import { explainRequest } from '../explain/explain-request.ts';
import { reportExplanation } from '../explain/report.ts';
import { findTree, treeOf } from '../find-tree.ts';
import { latin1, usesColor } from '../output.ts';
import { type Invocation, programOf } from '../run-switches.ts';
import { startUpMessage } from '../start-up-message.ts';
import { assumedModules } from './assumed-modules.ts';

export interface ExplainOptions {
  /** `Name: value` each. */
  readonly header: readonly string[];
  readonly from: string;
  readonly to?: string;
  readonly config?: string;
  readonly modules: string;
  readonly D: readonly string[];
  readonly assumeFile: readonly string[];
  readonly assumeDir: readonly string[];
  readonly allowUnsupported: readonly string[];
  readonly json?: true;
  readonly verbose?: true;
}

const exitCodes = { explained: 0, refused: 1, misuse: 2 };

/** Tells what a configuration does with a request. Gives 0, 1 for a configuration with errors, 2 for wrong use. */
export async function explain(
  method: string,
  url: string,
  options: ExplainOptions,
  invocation: Invocation,
): Promise<number> {
  const { output } = invocation;
  const complain = (text: string) => {
    output.error(`${programOf(invocation)}: ${text}\n`);
    return exitCodes.misuse;
  };
  const headers: [string, string][] = [];
  for (const given of options.header) {
    const [, name, value] = /^([^:]+):[ \t]*(.*)$/.exec(given) ?? [];
    if (name === undefined || value === undefined) return complain(`not a header: ${given}`);
    headers.push([name, value]);
  }
  const tree = options.config === undefined ? findTree({}) : treeOf(options.config);
  if (tree === undefined) return complain(`${latin1(options.config ?? '')}: no such file or directory`);
  const [{ standardModules: modules }, { nodeWorld }] = await Promise.all([
    import('@httpd-ts/modules'),
    import('@httpd-ts/server/node-world'),
  ]);
  const assumeModules = assumedModules(options.modules, modules);
  if (typeof assumeModules === 'string') return complain(assumeModules);
  const { environment, runtimeDirectories } = loadEnvvars(tree.serverRoot, false);
  const real = nodeWorld({ environment });
  const assumptions = { files: options.assumeFile, directories: options.assumeDir };
  const files = withAssumedFiles(withDirectories(real.files, runtimeDirectories), assumptions);
  const { allowUnsupported, from, to, D: defines } = options;
  const result = await explainRequest(
    { ...tree, world: { ...real, files }, modules, defines, assumeModules, allowUnsupported },
    { method: latin1(method), url: latin1(url), headers, from, to },
  );
  if ('diagnostics' in result) {
    if (result.complaint !== undefined) return complain(result.complaint);
    for (const diagnostic of result.diagnostics)
      output.error(startUpMessage(diagnostic, programOf(invocation)));
    return exitCodes.refused;
  }
  if (options.json)
    output.out(`${Buffer.from(JSON.stringify(result, null, 2), 'latin1').toString('latin1')}\n`);
  else output.out(reportExplanation(result, usesColor(), options.verbose ?? false));
  return exitCodes.explained;
}
