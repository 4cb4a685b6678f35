import type { Files } from '@httpd-ts/kernel';
import { type ConfigTree, findTree, knownTrees, mainFiles } from '../find-tree.ts';

/** One configuration that was asked for. */
export interface Wanted extends ConfigTree {
  readonly furtherFiles: readonly string[];
  readonly isHtaccess: boolean;
  /** What it is called in reports. */
  readonly title: string;
}

const leftovers = /^\.|~$|\.(?:bak|old|orig|save|swp|dpkg-\w+|rpm\w+|ucf-\w+)$|^README/i;

const join = (directory: string, name: string) => (directory === '/' ? `/${name}` : `${directory}/${name}`);
const parentOf = (path: string) => path.slice(0, path.lastIndexOf('/')) || '/';
const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** What a path means: a whole tree, a file, the files of a directory together, and every `.htaccess` alone. */
export function findConfigurations(path: string, files: Files): readonly Wanted[] | undefined {
  const info = files.stat(path);
  if (typeof info === 'string') return undefined;
  if (info.type !== 'directory') return [wantedFile(path, files)];
  const exists = (file: string) => typeof files.stat(file) === 'object';
  if (mainFiles.some((name) => exists(join(path, name)))) {
    const tree = findTree({ serverRoot: path }, exists);
    return [{ ...tree, furtherFiles: [], isHtaccess: false, title: tree.configFile }];
  }
  const below = filesBelow(path, files, 0, new Set());
  const named = below.filter((file) => file.endsWith('.conf'));
  const fragments = (named.length > 0 ? named : below).filter((file) => !isHtaccess(file));
  const [first, ...further] = fragments;
  const accessFiles = below.filter(isHtaccess).map((file) => wantedFile(file, files));
  if (first === undefined) return accessFiles;
  const together = { ...wantedFile(first, files), furtherFiles: further, title: path };
  return [together, ...accessFiles];
}

/** Whether a file is read as per-directory configuration. */
export const isHtaccess = (path: string) => /^\.ht(?!passwd|digest|group)/.test(nameOf(path));

const maximumDepth = 32;

/** Files below a directory; what links lead to more than once is taken once. */
function filesBelow(directory: string, files: Files, depth: number, seen: Set<string>): string[] {
  const isNew = (path: string) => {
    const found = files.realPath(path);
    // An error is a name without slashes.
    const real = found.includes('/') ? found : path;
    const isFirst = !seen.has(real);
    seen.add(real);
    return isFirst;
  };
  const names = isNew(directory) ? files.readDirectory(directory) : [];
  if (typeof names === 'string' || depth > maximumDepth) return [];
  return [...names].sort().flatMap((name) => {
    const path = join(directory, name);
    if (isHtaccess(path)) return [path];
    if (leftovers.test(name)) return [];
    const info = files.stat(path);
    if (typeof info === 'string') return [];
    if (info.type === 'directory') return filesBelow(path, files, depth + 1, seen);
    return isNew(path) ? [path] : [];
  });
}

function wantedFile(path: string, files: Files): Wanted {
  return {
    configFile: path,
    serverRoot: serverRootOf(path, files),
    furtherFiles: [],
    isHtaccess: isHtaccess(path),
    title: path,
  };
}

/** The ServerRoot of a file: the nearest directory above that has a main file, else that of the file itself. */
function serverRootOf(path: string, files: Files): string {
  const known = knownTrees.find((tree) => join(tree.serverRoot, tree.configFile) === path);
  if (known !== undefined) return known.serverRoot;
  const own = parentOf(path);
  for (let directory = own; ; directory = parentOf(directory)) {
    const main = mainFiles.find((name) => typeof files.stat(join(directory, name)) === 'object');
    if (main !== undefined) return directory;
    if (directory === '/') break;
  }
  return nameOf(own) === 'conf' ? parentOf(own) : own;
}
