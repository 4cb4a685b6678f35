import { words } from '@httpd-ts/kernel';
import { leadingInteger } from '../core/contract.ts';

/** How long a response is fresh. */
export interface FreshPeriod {
  /** Counted from the request, or from the file's last change. */
  readonly since: 'access' | 'modification';
  readonly seconds: number;
}

const day = 24 * 60 * 60;

/** Units by the letters that tell them apart, in the order in which they are tried. */
const units: readonly (readonly [prefix: RegExp, seconds: number])[] = [
  [/^y/i, 365 * day],
  [/^mo/i, 30 * day],
  [/^w/i, 7 * day],
  [/^d/i, day],
  [/^h/i, 60 * 60],
  [/^mi/i, 60],
  [/^s/i, 1],
];

const bases: readonly (readonly [prefix: RegExp, since: FreshPeriod['since']])[] = [
  [/^[an]/i, 'access'],
  [/^m/i, 'modification'],
];

const byPrefix = <T>(table: readonly (readonly [RegExp, T])[], word: string): T | undefined =>
  table.find(([prefix]) => prefix.test(word))?.[1];

/**
 * Reads an expiry date code, such as `A3600` or `access plus 1 month`; a text is httpd's complaint.
 * httpd: modules/metadata/mod_expires.c check_code
 */
export function readPeriod(code: string): FreshPeriod | string {
  // The short forms are not looked at any further.
  if (code.startsWith('A')) return { since: 'access', seconds: leadingInteger(code.slice(1)) };
  if (code.startsWith('M')) return { since: 'modification', seconds: leadingInteger(code.slice(1)) };
  const parts = words(code);
  const base = parts.shift() ?? '';
  const since = byPrefix(bases, base);
  if (since === undefined) return `bad expires code, unrecognised <base> '${base}'`;
  if (/^p/i.test(parts[0] ?? '')) parts.shift();
  let seconds = 0;
  while (parts.length > 0) {
    const number = parts.shift()!;
    if (!/^\d/.test(number)) return `bad expires code, numeric value expected <num> '${number}'`;
    const unit = parts.shift();
    if (unit === undefined) return 'bad expires code, missing <type>';
    const factor = byPrefix(units, unit);
    if (factor === undefined) return `bad expires code, unrecognised <type>'${unit}'`;
    // Counted as a C int, which overflows.
    seconds = (seconds + Math.imul(factor, leadingInteger(number))) | 0;
  }
  return { since, seconds };
}
