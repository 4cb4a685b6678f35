import { configLines, parsedFiles } from '../parsed-file.ts';

/** A password file, read: the first entry of each user counts. */
export interface PasswordFile {
  /** What stands behind `user:`, up to the next colon. */
  readonly passwords: ReadonlyMap<string, string>;
  /** Hashes under `user:realm`. */
  readonly realmHashes: ReadonlyMap<string, string>;
}

/** A password file as it stands now. */
export const openPasswordFile = parsedFiles(parsePasswordFile);

/** httpd: modules/aaa/mod_authn_file.c check_password, get_realm_hash */
export function parsePasswordFile(text: string): PasswordFile {
  const passwords = new Map<string, string>();
  const realmHashes = new Map<string, string>();
  for (const line of configLines(text)) {
    if (line === '' || line.startsWith('#')) continue;
    const [user = '', second = '', third = ''] = line.split(':', 3);
    if (!passwords.has(user)) passwords.set(user, second);
    const key = `${user}:${second}`;
    if (!realmHashes.has(key)) realmHashes.set(key, third);
  }
  return { passwords, realmHashes };
}
