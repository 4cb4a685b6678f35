import type { LogLine, Observed } from './case.ts';

/** What is compared beside answers, access log and what back ends received. */
export interface CompareOptions {
  /** Error log lines too. */
  readonly errorLog: boolean;
}

const shownDifferences = 12;

/** Readable differences between what Apache did and what was observed; none when they are equal. */
export function compareRecordings(
  expected: readonly Observed[],
  actual: readonly Observed[],
  options: CompareOptions,
): readonly string[] {
  if (expected.length !== actual.length) {
    return [`recorded ${expected.length} exchanges, observed ${actual.length}: record the case again`];
  }
  const differences = expected.flatMap((wanted, index) => {
    const seen = actual[index];
    return seen ? compareExchange(wanted, seen, options) : [];
  });
  if (differences.length <= shownDifferences) return differences;
  return [...differences.slice(0, shownDifferences), `… and ${differences.length - shownDifferences} more`];
}

function compareExchange(expected: Observed, actual: Observed, options: CompareOptions): readonly string[] {
  const differences = [
    compareText('answer', expected.answer, actual.answer),
    compareText('connection', closedWord(expected), closedWord(actual)),
    compareText('back ends', backEndText(expected), backEndText(actual)),
    compareText('access log', logText(expected.accessLog), logText(actual.accessLog)),
    options.errorLog
      ? compareText('error log', logText(expected.errorLog), logText(actual.errorLog))
      : undefined,
  ].filter((difference) => difference !== undefined);
  return differences.map((difference) => `### ${expected.title}\n${difference}`);
}

const closedWord = ({ closed }: Observed) => (closed ? 'closed' : 'open');

const backEndText = ({ backEnds }: Observed) =>
  backEnds.map(({ name, received }) => `[${name}]\n${received}`).join('\n');

const logText = (lines: readonly LogLine[]) => lines.map(({ file, line }) => `${file}: ${line}`).join('\n');

/** The lines that differ, with the line before them, control characters made visible. */
function compareText(what: string, expected: string, actual: string): string | undefined {
  if (expected === actual) return undefined;
  const wanted = expected.split('\n');
  const seen = actual.split('\n');
  const first = wanted.findIndex((line, index) => line !== seen[index]);
  const start = first < 0 ? wanted.length : first;
  let tail = 0;
  while (tail < Math.min(wanted.length, seen.length) - start && wanted.at(-1 - tail) === seen.at(-1 - tail))
    tail++;
  const lines = [
    ...wanted.slice(Math.max(0, start - 1), start).map((line) => `    ${visible(line)}`),
    ...wanted.slice(start, wanted.length - tail).map((line) => `  - ${visible(line)}`),
    ...seen.slice(start, seen.length - tail).map((line) => `  + ${visible(line)}`),
  ];
  return `${what} (- recorded, + observed), line ${start + 1}:\n${lines.slice(0, 30).join('\n')}`;
}

function visible(line: string): string {
  const escaped = JSON.stringify(line).slice(1, -1).replaceAll('\\"', '"').replace(/\\r$/, '');
  return escaped.length > 400 ? `${escaped.slice(0, 400)}… (${line.length} bytes)` : escaped;
}
