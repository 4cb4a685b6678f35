import { isPattern, matchesPattern } from '../shell-pattern.ts';
import type { FileError, Files } from '../world.ts';

const maximumDirectoryDepth = 128;

const errorTexts: Readonly<Record<FileError, string>> = {
  ENOENT: 'No such file or directory',
  ENOTDIR: 'Not a directory',
  EACCES: 'Permission denied',
  ENAMETOOLONG: 'File name too long',
  ELOOP: 'Too many levels of symbolic links',
  EISDIR: 'Is a directory',
  EINVAL: 'Invalid argument',
  EIO: 'Input/output error',
};

/** What the C library calls an error. */
export function systemErrorText(error: FileError): string {
  return errorTexts[error];
}

/**
 * The files an Include means, in the order they are read: wildcards in any component, a directory for all files
 * below it, names sorted by bytes. A text is httpd's complaint.
 * httpd: server/config.c ap_process_fnmatch_configs
 */
export function findIncludes(files: Files, pattern: string, optional: boolean): readonly string[] | string {
  if (!isPattern(pattern)) return allBelow(files, pattern, optional, 0);
  return matching(files, '/', pattern.replace(/^\/+/, ''), optional);
}

function matching(
  files: Files,
  directory: string,
  pattern: string,
  optional: boolean,
): readonly string[] | string {
  const slash = pattern.indexOf('/');
  const component = slash < 0 ? pattern : pattern.slice(0, slash);
  const rest = slash < 0 ? undefined : pattern.slice(slash).replace(/^\/+/, '');
  if (!isPattern(component)) {
    const path = join(directory, component);
    return rest === undefined ? allBelow(files, path, optional, 0) : matching(files, path, rest, optional);
  }
  const names = files.readDirectory(directory === '/' ? '/' : directory);
  if (typeof names === 'string') {
    if (optional) return [];
    return `Include/IncludeOptional: Could not open directory ${directory}: ${systemErrorText(names)}`;
  }
  const candidates = names
    .filter((name) => matchesPattern(component, name, { period: true }))
    .filter((name) => rest === undefined || isDirectory(files, join(directory, name)))
    .sort(byBytes);
  if (candidates.length === 0 && !optional) {
    return `Include/IncludeOptional: No matches for the wildcard '${component}' in '${directory}', failing`;
  }
  return collect(candidates, (name) => {
    const path = join(directory, name);
    return rest === undefined ? allBelow(files, path, optional, 0) : matching(files, path, rest, optional);
  });
}

function allBelow(files: Files, path: string, optional: boolean, depth: number): readonly string[] | string {
  if (!isDirectory(files, path)) {
    return optional && files.stat(path) === 'ENOENT' ? [] : [path];
  }
  if (depth >= maximumDirectoryDepth) {
    return `Include/IncludeOptional: Directory '${path}' exceeds the maximum include directory nesting level of ${maximumDirectoryDepth}. You have probably a recursion somewhere.`;
  }
  const names = files.readDirectory(path);
  if (typeof names === 'string') return `Could not open config directory ${path}: ${systemErrorText(names)}`;
  return collect([...names].sort(byBytes), (name) => allBelow(files, join(path, name), optional, depth + 1));
}

function collect(
  names: readonly string[],
  find: (name: string) => readonly string[] | string,
): readonly string[] | string {
  const all: string[] = [];
  for (const name of names) {
    const found = find(name);
    if (typeof found === 'string') return found;
    all.push(...found);
  }
  return all;
}

const join = (directory: string, name: string) =>
  directory.endsWith('/') ? directory + name : `${directory}/${name}`;

const isDirectory = (files: Files, path: string) => {
  const info = files.stat(path);
  return typeof info === 'object' && info.type === 'directory';
};

const byBytes = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
