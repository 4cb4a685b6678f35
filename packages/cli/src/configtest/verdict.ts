import type { Finding } from '@httpd-ts/lint';

/** What there is to say on one configuration. */
export interface Verdict {
  /** The file, directory or tree that was asked for. */
  readonly title: string;
  readonly findings: readonly Finding[];
  /** How many files were read. */
  readonly files: number;
}

export const countOf = (verdicts: readonly Verdict[], severity: Finding['severity']) =>
  verdicts.reduce((sum, { findings }) => sum + findings.filter((one) => one.severity === severity).length, 0);

/** JSON has no bytes; what is UTF-8 is shown as the characters it stands for. */
export const decoded = (text: string) => Buffer.from(text, 'latin1').toString('utf8');

/** A value as JSON text in ASCII. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(
    /[^\x00-\x7f]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The same with every text in it decoded. */
export function decodedDeep(value: unknown): unknown {
  if (typeof value === 'string') return decoded(value);
  if (Array.isArray(value)) return value.map(decodedDeep);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, decodedDeep(one)]));
}

/** A path as those who read reports know it: relative to the working directory where it lies below. */
export function shownPath(path: string, from: string): string {
  const base = from.endsWith('/') ? from : `${from}/`;
  return path.startsWith(base) ? path.slice(base.length) : path;
}
