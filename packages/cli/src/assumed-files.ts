import type { FileInfo, Files } from '@httpd-ts/kernel';

/** Paths to be taken for what they may be on another machine. */
export interface Assumptions {
  readonly files: readonly string[];
  readonly directories: readonly string[];
}

/** Files in which the assumed ones exist, empty, with the directories that lead to them. */
export function withAssumedFiles(files: Files, { files: assumed, directories }: Assumptions): Files {
  if (assumed.length === 0 && directories.length === 0) return files;
  const types = new Map<string, FileInfo['type']>();
  for (const path of [...assumed, ...directories]) {
    for (let end = path.indexOf('/', 1); end > 0; end = path.indexOf('/', end + 1))
      types.set(path.slice(0, end), 'directory');
  }
  for (const path of directories) types.set(plain(path), 'directory');
  for (const path of assumed) types.set(plain(path), 'file');
  const assumedInfo = (path: string): FileInfo | undefined => {
    const type = types.get(plain(path));
    return type === undefined ? undefined : { ...bareInfo, type, mode: type === 'file' ? 0o100644 : 0o40755 };
  };
  const orAssumed = <T>(real: T | string, path: string, make: (info: FileInfo) => T): T | string => {
    const info = typeof real === 'string' ? assumedInfo(path) : undefined;
    return info === undefined ? real : make(info);
  };
  return {
    ...files,
    stat: (path) => orAssumed(files.stat(path), path, (info) => info) as ReturnType<Files['stat']>,
    lstat: (path) => orAssumed(files.lstat(path), path, (info) => info) as ReturnType<Files['lstat']>,
    mtimeMicroseconds: (path) => (assumedOnly(files, path, assumedInfo) ? 0n : files.mtimeMicroseconds(path)),
    readText: (path) => (assumedOnly(files, path, assumedInfo) ? { text: '' } : files.readText(path)),
    readBytes: (path) => (assumedOnly(files, path, assumedInfo) ? new Uint8Array() : files.readBytes(path)),
    readDirectory: (path) => (assumedOnly(files, path, assumedInfo) ? [] : files.readDirectory(path)),
    realPath: (path) => (assumedOnly(files, path, assumedInfo) ? plain(path) : files.realPath(path)),
    access: (path, mode) => (assumedOnly(files, path, assumedInfo) ? true : files.access(path, mode)),
    smallFile: (path, info) =>
      assumedOnly(files, path, assumedInfo) ? new Uint8Array() : files.smallFile(path, info),
    open: (path) =>
      assumedOnly(files, path, assumedInfo)
        ? Promise.resolve({ read: () => Promise.resolve(new Uint8Array()), close: () => {} })
        : files.open(path),
  };
}

const plain = (path: string) => path.replace(/(?<=.)\/+$/, '');

const assumedOnly = (files: Files, path: string, assumedInfo: (path: string) => FileInfo | undefined) =>
  assumedInfo(path) !== undefined && typeof files.stat(path) === 'string';

const bareInfo = { size: 0, mtimeMs: 0, changedMs: 0, inode: 0, device: 0, uid: 0, gid: 0 } as const;
