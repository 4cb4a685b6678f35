import type { FileError, FileInfo, World } from '@httpd-ts/kernel';
import { changesWillShow, entryOf, isSameState } from '@httpd-ts/kernel';

interface Read<Parsed> {
  readonly info: FileInfo;
  readonly parsed: Parsed;
}

const maximumFiles = 1000;

/** Opens files of one kind as they stand now; each is read again only when it has changed. A text is the system's error. */
export function parsedFiles<Parsed>(
  parse: (text: string) => Parsed,
): (world: World, path: string) => { readonly parsed: Parsed } | string {
  const filesOfWorld = new WeakMap<World, Map<string, Read<Parsed>>>();
  return (world, path) => {
    const cache = filesOfWorld.get(world) ?? new Map<string, Read<Parsed>>();
    filesOfWorld.set(world, cache);
    const info = world.files.stat(path);
    if (typeof info === 'string') return numberedFileError(info);
    const known = cache.get(path);
    if (known !== undefined && isSameState(known.info, info)) return known;
    const content = world.files.readText(path);
    if (typeof content === 'string') return numberedFileError(content);
    const read = { info, parsed: parse(content.text) };
    if (cache.size >= maximumFiles) cache.clear();
    if (changesWillShow(info, world.clock.now())) cache.set(path, read);
    return read;
  };
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

/** The system's error as log lines have it. */
export const numberedFileError = (error: FileError): string =>
  entryOf(systemErrors, error) ?? '(5)Input/output error';

/** Lines without blanks around them; a backslash at the end joins the next one. httpd: server/util.c ap_cfg_getline */
export function configLines(text: string): string[] {
  return Array.from(numberedConfigLines(text), ({ line }) => line);
}

/** The same with the number of the last line that went into each. */
export function* numberedConfigLines(
  text: string,
): Generator<{ readonly line: string; readonly number: number }> {
  let number = 0;
  for (const lines of text.split(/(?<!\\\r?)\n/)) {
    const joined = lines.replace(/\\\r?\n/g, '');
    number += lines.split('\n').length;
    yield { line: joined.replace(/^[\t-\r ]+|[\t-\r ]+$/g, ''), number };
  }
}
