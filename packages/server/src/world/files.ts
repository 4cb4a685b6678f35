import * as fs from 'node:fs';
import type { FileError, FileInfo, Files, OpenFile } from '@httpd-ts/kernel';
import { changesWillShow, isSameState } from '@httpd-ts/kernel';

const known: ReadonlySet<string> = new Set([
  'ENOENT',
  'ENOTDIR',
  'EACCES',
  'ENAMETOOLONG',
  'ELOOP',
  'EISDIR',
  'EINVAL',
]);

function fileError(error: unknown): FileError {
  const code = (error as NodeJS.ErrnoException).code ?? 'EIO';
  if (code === 'ERR_INVALID_ARG_VALUE') return 'EINVAL';
  return known.has(code) ? (code as FileError) : code === 'EPERM' ? 'EACCES' : 'EIO';
}

/** Paths are bytes; node would take a string as UTF-8. */
function native(path: string): string | Buffer {
  for (let i = 0; i < path.length; i++) if (path.charCodeAt(i) > 127) return Buffer.from(path, 'latin1');
  return path;
}

const { S_IFMT, S_IFREG, S_IFDIR, S_IFLNK } = fs.constants;

/** From `st_mode`; the methods of `Stats` for this are slow. */
function typeOf(mode: number): FileInfo['type'] {
  const kind = mode & S_IFMT;
  if (kind === S_IFREG) return 'file';
  if (kind === S_IFDIR) return 'directory';
  return kind === S_IFLNK ? 'link' : 'other';
}

function infoOf(stats: fs.Stats): FileInfo {
  return {
    type: typeOf(stats.mode),
    size: stats.size,
    mtimeMs: stats.mtimeMs,
    changedMs: stats.ctimeMs,
    inode: stats.ino,
    device: stats.dev,
    mode: stats.mode,
    uid: stats.uid,
    gid: stats.gid,
  };
}

const quiet = { throwIfNoEntry: false } as const;

interface CachedFile {
  readonly info: FileInfo;
  readonly bytes: Uint8Array;
}

/** Largest file that is kept in memory, and how much memory all of them may take. */
const smallFileLimit = 256 * 1024;
const cacheLimit = 64 * 1024 * 1024;

/** The files of this machine. */
export function nodeFiles(): Files {
  const cache = new Map<string, CachedFile>();
  let cachedBytes = 0;

  const attempt = <T>(run: () => T): T | FileError => {
    try {
      return run();
    } catch (error) {
      return fileError(error);
    }
  };

  const statWith = (
    stat: (path: string | Buffer, options: typeof quiet) => fs.Stats | undefined,
    path: string,
  ) => {
    try {
      const stats = stat(native(path), quiet);
      if (stats !== undefined) return infoOf(stats);
    } catch (error) {
      return fileError(error);
    }
    return 'ENOENT';
  };

  const keep = (path: string, info: FileInfo, bytes: Uint8Array): void => {
    const old = cache.get(path);
    if (old !== undefined) {
      cachedBytes -= old.bytes.length;
      cache.delete(path);
    }
    for (const [name, file] of cache) {
      if (cachedBytes + bytes.length <= cacheLimit) break;
      cache.delete(name);
      cachedBytes -= file.bytes.length;
    }
    cache.set(path, { info, bytes });
    cachedBytes += bytes.length;
  };

  return {
    stat: (path) => statWith(fs.statSync, path),
    lstat: (path) => statWith(fs.lstatSync, path),
    mtimeMicroseconds: (path) => attempt(() => fs.statSync(native(path), { bigint: true }).mtimeNs / 1000n),
    readText: (path) => attempt(() => ({ text: fs.readFileSync(native(path), 'latin1') })),
    readBytes: (path) => attempt((): Uint8Array => fs.readFileSync(native(path))),
    readDirectory: (path) => attempt(() => fs.readdirSync(native(path), { encoding: 'latin1' })),
    readLink: (path) => attempt(() => fs.readlinkSync(native(path), { encoding: 'latin1' })),
    realPath: (path) => attempt(() => fs.realpathSync.native(native(path), { encoding: 'latin1' })),
    access: (path, mode) =>
      attempt(() => {
        fs.accessSync(
          native(path),
          mode === 'r' ? fs.constants.R_OK : mode === 'w' ? fs.constants.W_OK : fs.constants.X_OK,
        );
        return true as const;
      }),
    smallFile(path, info) {
      const held = cache.get(path);
      if (held !== undefined && isSameState(held.info, info)) return held.bytes;
      if (info.size > smallFileLimit) return undefined;
      const bytes = attempt((): Uint8Array => fs.readFileSync(native(path)));
      if (typeof bytes === 'string' || bytes.length !== info.size) return undefined;
      if (changesWillShow(info, Date.now())) keep(path, info, bytes);
      return bytes;
    },
    replace: (path, text, mode) =>
      attempt(() => {
        const half = `${path}.${process.pid}.new`;
        fs.rmSync(native(half), { force: true });
        fs.writeFileSync(native(half), text, { encoding: 'latin1', mode });
        fs.renameSync(native(half), native(path));
        return true as const;
      }),
    async open(path) {
      try {
        const handle = await fs.promises.open(native(path), 'r');
        return openFile(handle);
      } catch (error) {
        return fileError(error);
      }
    },
  };
}

function openFile(handle: fs.promises.FileHandle): OpenFile {
  return {
    async read(offset, length) {
      const buffer = Buffer.allocUnsafe(length);
      const { bytesRead } = await handle.read(buffer, 0, length, offset);
      return buffer.subarray(0, bytesRead);
    },
    close: () => void handle.close().catch(() => {}),
  };
}
