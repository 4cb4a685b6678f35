import type { Reader } from '@httpd-ts/kernel';
import { entryOf } from '@httpd-ts/kernel';

/** Bytes of an ELF header; the loader calls a shorter file too short. */
const headerSize = 64;

const systemFolders = [
  '/lib/x86_64-linux-gnu',
  '/usr/lib/x86_64-linux-gnu',
  '/lib/aarch64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/lib64',
  '/usr/lib64',
  '/lib',
  '/usr/lib',
];

const openErrors: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied',
  ENOTDIR: 'Not a directory',
  ENAMETOOLONG: 'File name too long',
  ELOOP: 'Too many levels of symbolic links',
};

/** Where a name leads: a path with a slash by ServerRoot, any other through the folders of the system. */
export function libraryPath(name: string, reader: Reader): string {
  if (name.includes('/')) return reader.serverRootRelative(name);
  const { files, environment } = reader.world;
  const folders = [
    ...(environment.get('LD_LIBRARY_PATH') ?? '').split(':').filter(Boolean),
    ...systemFolders,
  ];
  const found = folders.find((folder) => typeof files.stat(`${folder}/${name}`) !== 'string');
  return found === undefined ? name : `${found}/${name}`;
}

/** What the loader says of the file before it reads more than the header; undefined when all is well. */
export function libraryComplaint(path: string, reader: Reader): string | undefined {
  const info = path.startsWith('/') ? reader.world.files.stat(path) : 'ENOENT';
  if (typeof info === 'string') {
    return `cannot open shared object file: ${entryOf(openErrors, info) ?? 'No such file or directory'}`;
  }
  if (info.type === 'directory') return 'cannot read file data: Is a directory';
  return info.size < headerSize ? 'file too short' : undefined;
}

/** The content of a library that may be anything; a `complaint` where it is none. */
export function readLibrary(
  path: string,
  reader: Reader,
): { readonly text: string } | { readonly complaint: string } {
  const read = reader.world.files.readText(path);
  if (typeof read === 'string')
    return { complaint: `cannot open shared object file: ${entryOf(openErrors, read) ?? read}` };
  return read.text.startsWith('\x7fELF') ? read : { complaint: 'invalid ELF header' };
}

/** Whether the folder that should hold the file exists: where it does not, there is no Apache on this machine. */
export function hasFolder(path: string, reader: Reader): boolean {
  const folder = path.slice(0, path.lastIndexOf('/')) || '/';
  return typeof reader.world.files.stat(folder) !== 'string';
}
