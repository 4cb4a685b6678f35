import type { Finding, SourceExcerpt } from '@httpd-ts/lint';
import { countOf, type Verdict } from './verdict.ts';

const colors = { error: '31', warning: '33', note: '36', dim: '2', bold: '1', good: '32' } as const;
type Paint = (color: keyof typeof colors, text: string) => string;

/** A report for people: place, message, the line with a caret, and what to do; then the verdict. */
export function reportPretty(verdicts: readonly Verdict[], isColored: boolean, isQuiet: boolean): string {
  const paint: Paint = (color, text) => (isColored ? `\x1b[${colors[color]}m${text}\x1b[0m` : text);
  const explained = new Set<string>();
  return verdicts
    .map(({ title, findings }) => {
      const shown = isQuiet ? findings.filter(({ severity }) => severity === 'error') : findings;
      const texts = shown.map((finding) => describe(finding, explained, paint));
      if (isQuiet) return texts.join('');
      return `${texts.join('')}${paint('bold', printable(title))}: ${summary(findings, paint)}\n`;
    })
    .join('');
}

function describe(finding: Finding, explained: Set<string>, paint: Paint): string {
  const { severity, file, line, excerpt, chain = [], code, didYouMean, allowedIn } = finding;
  const where = excerpt === undefined ? line : `${excerpt.line}:${excerpt.column}`;
  const place = file === undefined ? '' : `${printable(file)}${where === undefined ? '' : `:${where}`}: `;
  const isSaidElsewhere = excerpt !== undefined && line !== undefined && excerpt.line !== line;
  const lines = [
    `${paint('bold', place)}${paint(severity, severity)}: ${printable(withoutPlace(finding))} ${paint('dim', `[${code}]`)}`,
    ...(excerpt === undefined ? [] : quote(excerpt, severity, paint)),
  ];
  const add = (label: string, text: string | undefined) => {
    if (text !== undefined) lines.push(`  ${paint('dim', `${label}:`)} ${printable(text)}`);
  };
  if (isSaidElsewhere) add('line', `Apache calls it line ${line}`);
  if (didYouMean !== undefined) lines.push(`  did you mean ${paint('bold', didYouMean)}?`);
  if (allowedIn !== undefined) add('allowed in', allowedIn.join('; '));
  const isFirst = !explained.has(code);
  explained.add(code);
  if (isFirst) add('why', finding.why);
  if (didYouMean === undefined || isFirst) add('help', finding.instead);
  for (const include of chain.toReversed())
    lines.push(`  ${paint('dim', `included from ${printable(include)}`)}`);
  if (finding.documentation !== undefined) {
    const { summary: text, directive, documentation } = finding;
    const shown =
      text === undefined || finding.origin === 'lint'
        ? ''
        : `${directive?.replace('<', '') ?? 'directive'}: ${text} `;
    if (isFirst || shown !== '') lines.push(`  ${paint('dim', `see: ${shown}${documentation}`)}`);
  }
  return `${lines.join('\n')}\n`;
}

const widest = 160;

/** The line, cut around the part that is meant, and a caret under that part. */
function quote(
  { line, column, endColumn, text }: SourceExcerpt,
  severity: Finding['severity'],
  paint: Paint,
): string[] {
  const start = column > widest - 40 ? column - 40 : 1;
  const cut = text.slice(start - 1, start - 1 + widest);
  const before = cut.slice(0, column - start).replace(/[^\t]/g, ' ');
  const length = Math.max(1, Math.min(endColumn, start + cut.length) - column);
  const number = String(line);
  const margin = ' '.repeat(number.length);
  return [
    `  ${paint('dim', `${number} |`)} ${printable(cut)}`,
    `  ${paint('dim', `${margin} |`)} ${before}${paint(severity, '^'.repeat(length))}`,
  ];
}

const longest = 2000;

/** Control characters would do things to the terminal; a message may name ten thousand sections. */
const printable = (text: string) =>
  (text.length > longest ? `${text.slice(0, longest)} ...` : text).replace(/[\x00-\x08\x0b-\x1f\x7f]/g, '?');

/** httpd repeats the places of reading errors in the text; here they stand before it. */
function withoutPlace({ stage, text }: Finding): string {
  const said = text.replace(/^\[\w+:\w+\] /, '');
  return stage === 'reading' ? said.replace(/^(?:Syntax error on line \d+ of [^:]*: )+/, '') : said;
}

function summary(findings: readonly Finding[], paint: Paint): string {
  const verdicts = [{ title: '', findings, files: 0 }];
  const counted = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
  const [errors, warnings] = [countOf(verdicts, 'error'), countOf(verdicts, 'warning')];
  const also = warnings === 0 ? '' : `, ${paint('warning', counted(warnings, 'warning'))}`;
  return errors === 0
    ? `${paint('good', 'Syntax OK')}${also}`
    : `${paint('error', counted(errors, 'error'))}${also}`;
}
