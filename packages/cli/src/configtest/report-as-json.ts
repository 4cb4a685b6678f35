import type { Finding } from '@httpd-ts/lint';
import { asciiJson, decodedDeep, type Verdict } from './verdict.ts';

/** An array with one object for each configuration, in the order of the command line. */
export function reportAsJson(verdicts: readonly Verdict[]): string {
  const shown = verdicts.map(({ title, findings, files }) => ({
    configFile: title,
    valid: findings.every(({ severity }) => severity !== 'error'),
    files,
    diagnostics: findings.map(flat),
  }));
  return `${asciiJson(decodedDeep(shown))}\n`;
}

/** `line` is the number that httpd says; `startLine` and the columns are where the characters stand. */
function flat({ excerpt, ...finding }: Finding) {
  if (excerpt === undefined) return finding;
  const { line, column, endColumn, text } = excerpt;
  return { ...finding, startLine: line, column, endColumn, source: text };
}
