import { trimBlanks } from '@httpd-ts/http1';
import { matchesPattern } from '@httpd-ts/kernel';
import type { Description, IndexItem } from './config.ts';
import { matchesWildcard } from './wildcard.ts';

/** What an entry is known by. */
export interface Subject {
  readonly path: string;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
}

/** Names for entries that have no file. */
export const DIRECTORY = '^^DIRECTORY^^';
export const BLANK_ICON = '^^BLANKICON^^';

/** The first item for an entry. httpd: modules/generators/mod_autoindex.c find_item */
export function findItem(
  items: readonly IndexItem[],
  subject: Subject,
  pathOnly: boolean,
): string | undefined {
  return items.find((item) => applies(item, subject, pathOnly))?.value;
}

function applies(
  item: IndexItem,
  { path, contentType, contentEncoding }: Subject,
  pathOnly: boolean,
): boolean {
  const isPseudo = path.startsWith('^');
  if (!isPseudo && !matchesWildcard(path, item.within)) return false;
  if (item.appliesTo === '') return true;
  if (item.kind === 'path' || isPseudo) return matchesWildcard(path, item.appliesTo);
  if (pathOnly) return false;
  const known = contentEncoding ?? (contentType && trimBlanks(contentType.replace(/;.*/s, '')));
  const wanted = contentEncoding === undefined ? 'type' : 'encoding';
  if (item.kind !== wanted || known === undefined) return false;
  return matchesWildcard(known.toLowerCase(), item.appliesTo.toLowerCase());
}

/** The first item for a path alone. httpd: find_default_icon, find_default_alt */
export function findByPath(items: readonly IndexItem[], path: string): string | undefined {
  return findItem(items, { path, contentType: undefined, contentEncoding: undefined }, true);
}

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** Whether IndexIgnore leaves an entry out. httpd: ignore_entry */
export function isIgnored(items: readonly IndexItem[], path: string): boolean {
  const name = nameOf(path);
  return items.some(
    ({ appliesTo, within }) => matchesWildcard(path, within) && matchesWildcard(name, nameOf(appliesTo)),
  );
}

/** The first description for a path. httpd: find_desc */
export function findDescription(descriptions: readonly Description[], path: string): Description | undefined {
  const name = nameOf(path);
  return descriptions.find(({ pattern, isFullPath, hasWildcards }) => {
    const subject = isFullPath ? path : name;
    return hasWildcards ? matchesPattern(pattern, subject) : subject.includes(pattern);
  });
}
