import { isIP } from 'node:net';
import { withAssumedFiles } from '../assumed-files.ts';
import { asciiJson, decodedDeep } from '../configtest/verdict.ts';
import { explainRequest } from '../explain/explain-request.ts';
import { reportExplanation } from '../explain/report.ts';
import { openTree } from '../open-tree.ts';
import { latin1, usesColor } from '../output.ts';
import { type Invocation, programOf } from '../run-switches.ts';
import { startUpMessage } from '../start-up-message.ts';

export interface ExplainOptions {
  /** `Name: value` each. */
  readonly header: readonly string[];
  readonly from: string;
  readonly to?: string;
  readonly config?: string;
  readonly modules: string;
  readonly D: readonly string[];
  readonly root?: string;
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
  const noAddress = [options.from, options.to].find((given) => given !== undefined && isIP(given) === 0);
  if (noAddress !== undefined) return complain(`not an address: ${noAddress}`);
  const { config: path, root, modules, D: defines, allowUnsupported, from, to } = options;
  const input = await openTree({ path, root, modules, defines });
  if (typeof input === 'string') return complain(input);
  const assumptions = { files: options.assumeFile, directories: options.assumeDir };
  const files = withAssumedFiles(input.world.files, assumptions);
  const result = await explainRequest(
    { ...input, world: { ...input.world, files }, allowUnsupported },
    { method: latin1(method), url: latin1(url), headers, from, to },
  );
  if ('diagnostics' in result) {
    if (result.complaint !== undefined) return complain(result.complaint);
    for (const diagnostic of result.diagnostics)
      output.error(startUpMessage(diagnostic, programOf(invocation)));
    return exitCodes.refused;
  }
  if (options.json) output.out(`${asciiJson(decodedDeep(result))}\n`);
  else output.out(reportExplanation(result, usesColor(), options.verbose ?? false));
  return exitCodes.explained;
}
