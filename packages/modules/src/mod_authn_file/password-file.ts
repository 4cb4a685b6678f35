import type { FileInfo, World } from '@httpd-ts/kernel';
import { changesWillShow, entryOf, isSameState } from '@httpd-ts/kernel';

/** A password file, read: the first entry of each user counts. */
export interface PasswordFile {
  /** What stands behind `user:`, up to the next colon. */
  readonly passwords: ReadonlyMap<string, string>;
  /** Hashes under `user:realm`. */
  readonly realmHashes: ReadonlyMap<string, string>;
}

interface Read {
  readonly info: FileInfo;
  readonly file: PasswordFile;
}

const filesOfWorld = new WeakMap<World, Map<string, Read>>();
const maximumFiles = 1000;

/** A password file as it stands now; read again only when it has changed. A text is the system's error. */
export function openPasswordFile(world: World, path: string): PasswordFile | string {
  const cache = filesOfWorld.get(world) ?? new Map<string, Read>();
  filesOfWorld.set(world, cache);
  const info = world.files.stat(path);
  if (typeof info === 'string') return entryOf(systemErrors, info) ?? `(5)Input/output error`;
  const known = cache.get(path);
  if (known !== undefined && isSameState(known.info, info)) return known.file;
  const content = world.files.readText(path);
  if (typeof content === 'string') return entryOf(systemErrors, content) ?? `(5)Input/output error`;
  const file = parsePasswordFile(content.text);
  if (cache.size >= maximumFiles) cache.clear();
  if (changesWillShow(info, world.clock.now())) cache.set(path, { info, file });
  return file;
}

const systemErrors: Readonly<Record<string, string>> = {
  ENOENT: '(2)No such file or directory',
  EACCES: '(13)Permission denied',
  ENOTDIR: '(20)Not a directory',
  EISDIR: '(21)Is a directory',
  EINVAL: '(22)Invalid argument',
  ENAMETOOLONG: '(36)File name too long',
  ELOOP: '(40)Too many levels of symbolic links',
};

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

/** Lines without blanks around them; a backslash at the end joins the next one. httpd: server/util.c ap_cfg_getline */
function configLines(text: string): string[] {
  const joined = text.replace(/\\\r?\n/g, '');
  return joined.split('\n').map((line) => line.replace(/^[\t-\r ]+|[\t-\r ]+$/g, ''));
}
