import type { RegexEngine } from '@httpd-ts/regex';
import type {
  Compression,
  FileError,
  FileInfo,
  Files,
  KeptTexts,
  LogWriter,
  Network,
  World,
} from './world.ts';

/** What stands on a path of a world in memory: text, or a symbolic link. Directories come from the paths themselves. */
export type MemoryFile =
  | string
  | { readonly text: string; readonly mtimeMs?: number }
  | { readonly link: string };

export interface MemoryWorldOptions {
  /** Absolute paths; one that ends in a slash is an empty directory. */
  readonly files?: Readonly<Record<string, MemoryFile>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Addresses by host name. */
  readonly hosts?: Readonly<Record<string, readonly string[]>>;
  readonly nowMs?: number;
  readonly regex: RegexEngine;
  readonly network?: Partial<Network>;
  readonly overrides?: Partial<World>;
}

/** A world in memory, with what was written to its logs, by target. */
export interface MemoryWorld extends World {
  readonly written: ReadonlyMap<string, string>;
}

/** Makes a world that touches nothing outside: for tests, dry runs and pages in a browser. */
export function memoryWorld(options: MemoryWorldOptions): MemoryWorld {
  const { hosts = {}, nowMs = 1_700_000_000_000 } = options;
  const written = new Map<string, string>();
  const writer = (target: string): LogWriter => ({
    write: (text) => void written.set(target, (written.get(target) ?? '') + text),
  });
  return {
    written,
    files: memoryFiles(options.files ?? {}, nowMs),
    clock: {
      now: () => nowMs,
      monotonic: () => 0,
      zoneOffsetMinutes: () => 0,
      after: () => ({ cancel: () => {} }),
      afterInput: (run) => void Promise.resolve().then(run),
    },
    environment: new Map(Object.entries(options.environment ?? {})),
    network: {
      hostName: 'localhost',
      hasInterface: (name) => name === 'lo',
      interfaceName: (index) => (index === 1 ? 'lo' : undefined),
      connect: () => Promise.resolve('ECONNREFUSED'),
      resolve: (host) => Promise.resolve(hosts[host]),
      resolveNow: (host) => hosts[host] ?? (/^[\d.]+$|:/.test(host) ? [host] : undefined),
      reverseNow: (address) => Object.entries(hosts).find(([, found]) => found.includes(address))?.[0],
      reverse: () => Promise.resolve(undefined),
      openDatagrams: () => Promise.resolve('bind'),
      ...options.network,
    },
    digests: {
      hash: () => new Uint8Array(),
      bcryptVerify: () => false,
      cryptVerify: () => undefined,
      isSigned: () => false,
      randomBytes: (length) => new Uint8Array(length),
      random: () => 0.5,
    },
    compression: identityCompression,
    charsets: { decoder: () => undefined },
    http2: {
      client() {
        throw new Error('there is no HTTP/2 in a world in memory');
      },
    },
    tls: {
      library: 'none',
      prepare: () => ({ fault: 'other', index: 0, text: 'there is no TLS in a world in memory' }),
    },
    logs: { open: writer, standardError: writer('stderr') },
    shared: {
      region: sharedRegions(),
      exclusively: (_name, critical) => critical(),
      thread: 0,
      threads: 1,
    },
    kept: memoryTexts(),
    scoreboard: { collect: () => Promise.resolve([]) },
    programs: { open: () => ({ start: () => undefined, ask: () => Promise.resolve(undefined) }) },
    scripts: {
      run() {
        throw new Error('there are no programs in a world in memory');
      },
    },
    databases: { open: () => 'there are no databases here' },
    regex: options.regex,
    system: {
      platform: 'Debian',
      version: '0.0.0',
      processId: 1,
      isRoot: false,
      startedAtMs: nowMs,
      userId: () => 33,
      homeDirectory: () => undefined,
      groupId: () => 33,
      userName: () => 'www-data',
      groupName: () => 'www-data',
      load: () => [0, 0, 0],
      cpuSeconds: () => ({ user: 0, system: 0 }),
    },
    ...options.overrides,
  };
}

/** Texts that are kept as long as the process runs. */
export function memoryTexts(): KeptTexts {
  const texts = new Map<string, string>();
  return {
    read: (name) => texts.get(name),
    write: (name, { text }) => void texts.set(name, text),
    follow: () => {},
  };
}

const identityTransform = () => ({
  push: (bytes: Uint8Array) => Promise.resolve([bytes]),
  flush: () => Promise.resolve([]),
  finish: () => Promise.resolve([]),
  abort: () => {},
});
const identityCompression: Compression = {
  deflate: identityTransform,
  inflate: () => ({ ...identityTransform(), consumed: undefined }),
  brotli: identityTransform,
  crc32: () => 0,
};

function sharedRegions(): (name: string, byteLength: number) => SharedArrayBuffer {
  const regions = new Map<string, SharedArrayBuffer>();
  return (name, byteLength) => {
    const key = `${name}|${byteLength}`;
    const region = regions.get(key) ?? new SharedArrayBuffer(byteLength);
    regions.set(key, region);
    return region;
  };
}

const maximumLinks = 40;

function memoryFiles(given: Readonly<Record<string, MemoryFile>>, nowMs: number): Files {
  const directories = new Map<string, Set<string>>([['/', new Set()]]);
  for (const path of Object.keys(given)) {
    const parts = path.split('/').filter((part) => part !== '');
    for (let i = 0; i < parts.length; i++) {
      const directory = `/${parts.slice(0, i).join('/')}`;
      const names = directories.get(directory) ?? new Set<string>();
      directories.set(directory, names.add(parts[i]!));
    }
    if (path.endsWith('/')) directories.set(`/${parts.join('/')}`, new Set());
  }
  const clean = (path: string) => (path.length > 1 ? path.replace(/\/+$/, '').replace(/\/{2,}/g, '/') : path);
  const info = (type: FileInfo['type'], size: number, mtimeMs: number): FileInfo => ({
    type,
    size,
    mtimeMs,
    changedMs: 0,
    inode: 1,
    device: 1,
    mode: type === 'directory' ? 0o40755 : 0o100644,
    uid: 0,
    gid: 0,
  });

  const lookup = (path: string, follow: boolean, links = 0): FileInfo | FileError => {
    if (links > maximumLinks) return 'ELOOP';
    const name = clean(path);
    const file = given[name];
    if (file !== undefined) {
      if (typeof file === 'string') return info('file', file.length, nowMs);
      if ('text' in file) return info('file', file.text.length, file.mtimeMs ?? nowMs);
      if (!follow) return info('link', file.link.length, nowMs);
      const target = file.link.startsWith('/')
        ? file.link
        : `${name.slice(0, name.lastIndexOf('/'))}/${file.link}`;
      return lookup(target, true, links + 1);
    }
    if (directories.has(name)) return info('directory', 4096, nowMs);
    for (let slash = name.lastIndexOf('/'); slash > 0; slash = name.lastIndexOf('/', slash - 1)) {
      const above = name.slice(0, slash);
      const link = given[above];
      if (typeof link === 'object' && 'link' in link) {
        const base = link.link.startsWith('/')
          ? link.link
          : `${above.slice(0, above.lastIndexOf('/'))}/${link.link}`;
        return lookup(base + name.slice(slash), follow, links + 1);
      }
      if (link !== undefined) return 'ENOTDIR';
    }
    return 'ENOENT';
  };

  const textOf = (path: string): string | undefined => {
    const file = given[clean(path)];
    if (typeof file === 'string') return file;
    if (file === undefined) return undefined;
    return 'text' in file ? file.text : textOf(file.link);
  };
  const bytesOf = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
  const whenFile = <T>(path: string, make: (text: string) => T): T | FileError => {
    const found = lookup(path, true);
    if (typeof found === 'string') return found;
    return found.type === 'directory' ? 'EISDIR' : make(textOf(path) ?? '');
  };

  return {
    stat: (path) => lookup(path, true),
    lstat: (path) => lookup(path, false),
    mtimeMicroseconds(path) {
      const found = lookup(path, true);
      return typeof found === 'string' ? found : BigInt(Math.floor(found.mtimeMs * 1000));
    },
    readText: (path) => whenFile(path, (text) => ({ text })),
    readBytes: (path) => whenFile(path, bytesOf),
    readDirectory: (path) => [...(directories.get(clean(path)) ?? [])],
    readLink(path) {
      const file = given[clean(path)];
      return typeof file === 'object' && 'link' in file ? file.link : 'EINVAL';
    },
    realPath: (path) => clean(path),
    access(path) {
      const found = lookup(path, true);
      return typeof found === 'string' ? found : true;
    },
    smallFile(path) {
      const text = textOf(path);
      return text === undefined ? undefined : bytesOf(text);
    },
    replace: () => 'EACCES',
    open(path) {
      const text = textOf(path);
      if (text === undefined) return Promise.resolve('ENOENT');
      return Promise.resolve({
        read: (offset: number, length: number) =>
          Promise.resolve(bytesOf(text.slice(offset, offset + length))),
        close: () => {},
      });
    },
  };
}
