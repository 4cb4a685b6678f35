import { readFileSync } from 'node:fs';
import type { Diagnostic } from '@httpd-ts/kernel';
import { hasError } from '../check-configuration.ts';
import { startUpMessage } from '../start-up-message.ts';
import type { Verdict } from './configtest.ts';

/** Messages as httpd words them: all of them, where httpd ends at the first error. */
export function reportAsHttpd(verdicts: readonly Verdict[], program: string): string {
  return verdicts
    .map(({ diagnostics }) => {
      const messages = diagnostics
        .filter(({ severity }) => severity !== 'note')
        .map((diagnostic) => startUpMessage(diagnostic, program));
      return messages.join('') + (hasError(diagnostics) ? '' : 'Syntax OK\n');
    })
    .join('');
}

/** An array with one object for each configuration, in the order of the command line. */
export function reportAsJson(verdicts: readonly Verdict[]): string {
  const shown = verdicts.map(({ configFile, diagnostics }) => ({
    configFile,
    valid: !hasError(diagnostics),
    diagnostics: diagnostics.map((diagnostic) => ({
      ...diagnostic,
      text: decoded(diagnostic.text),
    })),
  }));
  return `${escapeBytes(JSON.stringify(shown, null, 2))}\n`;
}

/** JSON has no bytes; what is UTF-8 is shown as the characters it stands for. */
const decoded = (text: string) => Buffer.from(text, 'latin1').toString('utf8');
const escapeBytes = (json: string) =>
  json.replace(/[^\x00-\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

const colors = { error: '31', warning: '33', note: '36', dim: '2', bold: '1' } as const;

/** A report for people: place, message and line of each finding, then the verdict. */
export function reportPretty(verdicts: readonly Verdict[], isColored: boolean): string {
  const paint = (color: keyof typeof colors, text: string) =>
    isColored ? `\x1b[${colors[color]}m${text}\x1b[0m` : text;
  const sources = new Map<string, readonly string[]>();
  return verdicts
    .map(({ configFile, diagnostics }) => {
      const findings = diagnostics.map((diagnostic) => describe(diagnostic, sources, paint));
      return `${findings.join('')}${paint('bold', configFile)}: ${summary(diagnostics, paint)}\n`;
    })
    .join('');
}

type Paint = (color: keyof typeof colors, text: string) => string;

function describe(diagnostic: Diagnostic, sources: Map<string, readonly string[]>, paint: Paint): string {
  const { severity, file, line, chain = [] } = diagnostic;
  const place = file === undefined ? '' : `${file}${line === undefined ? '' : `:${line}`}: `;
  const lines = [`${paint('bold', place)}${paint(severity, severity)}: ${withoutPlace(diagnostic)}`];
  const source = file === undefined || line === undefined ? undefined : linesOf(file, sources)[line - 1];
  if (source !== undefined) lines.push(`  ${paint('dim', `${line} |`)} ${source.trim()}`);
  for (const include of chain.toReversed()) lines.push(`  ${paint('dim', `included from ${include}`)}`);
  return `${lines.join('\n')}\n`;
}

/** httpd repeats the places of reading errors in the text; here they stand before it. */
function withoutPlace({ stage, text }: Diagnostic): string {
  return stage === 'reading' ? text.replace(/^(?:Syntax error on line \d+ of [^:]*: )+/, '') : text;
}

function linesOf(file: string, sources: Map<string, readonly string[]>): readonly string[] {
  let lines = sources.get(file);
  if (lines === undefined) {
    lines = readLines(file);
    sources.set(file, lines);
  }
  return lines;
}

function readLines(file: string): readonly string[] {
  try {
    return readFileSync(Buffer.from(file, 'latin1'), 'latin1').split('\n');
  } catch {
    return [];
  }
}

function summary(diagnostics: readonly Diagnostic[], paint: Paint): string {
  const count = (severity: Diagnostic['severity']) =>
    diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
  const counted = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
  const [errors, warnings] = [count('error'), count('warning')];
  const also = warnings === 0 ? '' : `, ${counted(warnings, 'warning')}`;
  return errors === 0 ? `Syntax OK${also}` : `${paint('error', counted(errors, 'error'))}${also}`;
}
