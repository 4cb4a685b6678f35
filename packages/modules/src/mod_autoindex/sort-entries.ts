import type { IndexEntry } from './index-entry.ts';
import { INDEX } from './index-options.ts';
import type { IndexQuery } from './index-query.ts';
import { compareNatural } from './natural-order.ts';

const byBytes = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Sorts in place, the parent directory first. httpd: modules/generators/mod_autoindex.c dsortf */
export function sortEntries(entries: IndexEntry[], { key, direction, options }: IndexQuery): void {
  const isVersion = (options & INDEX.versionSort) !== 0;
  const ignoresCase = (options & INDEX.ignoreCase) !== 0;
  const byName = (a: string, b: string): number =>
    (isVersion && ((ignoresCase && compareNatural(a, b, true)) || compareNatural(a, b, false))) ||
    (ignoresCase && byBytes(a.toLowerCase(), b.toLowerCase())) ||
    byBytes(a, b);
  const byText = isVersion ? (a: string, b: string) => compareNatural(a, b, false) : byBytes;
  const compare = (a: IndexEntry, b: IndexEntry): number => {
    if (key === 'M' && a.modifiedMs !== b.modifiedMs)
      return Math.max(a.modifiedMs, 0) - Math.max(b.modifiedMs, 0);
    if (key === 'S' && a.size !== b.size) return a.size - b.size;
    const result = key === 'D' ? byText(a.description?.text ?? '', b.description?.text ?? '') : 0;
    return result || byName(a.name, b.name);
  };
  entries.sort((a, b) => {
    if (a.name.startsWith('/')) return -1;
    if (b.name.startsWith('/')) return 1;
    if (a.comesFirst !== b.comesFirst) return a.comesFirst ? -1 : 1;
    return direction === 'A' ? compare(a, b) : compare(b, a);
  });
}
