import type { FileInfo, Files } from './world.ts';

/** Files with one more in them, or one in place of what is there, for what only reads whole files. */
export function withTextFile(files: Files, path: string, text: string): Files {
  const info: FileInfo = {
    type: 'file',
    size: text.length,
    mtimeMs: 0,
    changedMs: 0,
    inode: 0,
    device: 0,
    mode: 0o100600,
    uid: 0,
    gid: 0,
  };
  return {
    ...files,
    stat: (asked) => (asked === path ? info : files.stat(asked)),
    lstat: (asked) => (asked === path ? info : files.lstat(asked)),
    readText: (asked) => (asked === path ? { text } : files.readText(asked)),
  };
}
