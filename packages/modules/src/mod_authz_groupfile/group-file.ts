import { words } from '@httpd-ts/kernel';
import { configLines, parsedFiles } from '../parsed-file.ts';

/** The groups of each user, in lower case: httpd looks them up whatever their case. */
export type GroupFile = ReadonlyMap<string, ReadonlySet<string>>;

/** A group file as it stands now. */
export const openGroupFile = parsedFiles(parseGroupFile);

/** Lines `group: user user …`. httpd: modules/aaa/mod_authz_groupfile.c groups_for_user */
export function parseGroupFile(text: string): GroupFile {
  const groupsOf = new Map<string, Set<string>>();
  for (const line of configLines(text)) {
    if (line === '' || line.startsWith('#')) continue;
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const group = line
      .slice(0, colon)
      .replace(/[\t-\r ]+$/, '')
      .toLowerCase();
    for (const user of words(line.slice(colon + 1).replace(/^:+/, ''))) {
      const groups = groupsOf.get(user) ?? new Set<string>();
      groupsOf.set(user, groups.add(group));
    }
  }
  return groupsOf;
}
