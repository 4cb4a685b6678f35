import { reportSurvey, surveyFormats } from '../dry-run/report.ts';
import { surveyConfiguration } from '../dry-run/survey.ts';
import { openTree } from '../open-tree.ts';
import { usesColor } from '../output.ts';
import { type Invocation, programOf } from '../run-switches.ts';

export interface DryRunOptions {
  readonly format: string;
  readonly modules: string;
  readonly D: readonly string[];
  readonly root?: string;
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
  const { root, modules, D: defines } = options;
  const input = await openTree({ path, root, modules, defines });
  if (typeof input === 'string') return complain(input);
  const survey = surveyConfiguration(input);
  invocation.output.out(reportSurvey(survey, format, usesColor()));
  return survey.verdict === 'does-not-run' ? exitCodes.doesNotRun : exitCodes.runs;
}
