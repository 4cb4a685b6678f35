import { countOf, decoded, shownPath, type Verdict } from './verdict.ts';

const escapeText = (text: string) =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const escapeProperty = (text: string) => escapeText(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
const commands = { error: 'error', warning: 'warning', note: 'notice' } as const;

/** Workflow commands, which GitHub shows beside the lines of a pull request. */
export function reportForGithub(verdicts: readonly Verdict[], from: string): string {
  const lines = verdicts.flatMap(({ findings }) =>
    findings.map(({ severity, file, line, excerpt, code, text, didYouMean, instead }) => {
      const properties: string[] = [];
      const add = (name: string, value: string | number | undefined) => {
        if (value !== undefined) properties.push(`${name}=${escapeProperty(String(value))}`);
      };
      add('file', file === undefined ? undefined : shownPath(file, from));
      add('line', excerpt?.line ?? line);
      add('col', excerpt?.column);
      add('endColumn', excerpt?.endColumn);
      add('title', code);
      const hint = didYouMean === undefined ? instead : `did you mean ${didYouMean}?`;
      const message = hint === undefined ? text : `${text}\n${hint}`;
      return `::${commands[severity]} ${decoded(properties.join(','))}::${escapeText(decoded(message))}\n`;
    }),
  );
  const [errors, warnings] = [countOf(verdicts, 'error'), countOf(verdicts, 'warning')];
  return Buffer.from(`${lines.join('')}${errors} errors, ${warnings} warnings\n`, 'utf8').toString('latin1');
}
