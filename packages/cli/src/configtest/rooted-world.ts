import type { FileError, Files, Network, SystemFacts, World } from '@httpd-ts/kernel';

/** A tree copied from another machine, in which absolute paths begin. */
export interface Root {
  /** Absolute path of the copy, without a slash at its end. */
  readonly path: string;
  readonly files: Files;
}

const maximumLinks = 40;

/** Files below a directory, as a process sees them that calls it its root: no link leads out of it. */
export function rootedFiles(root: string, real: Files): Files {
  /** Directories that are no links themselves, nor below one. */
  const plain = new Set<string>(['']);

  const locate = (path: string, followsLast: boolean): string | FileError => {
    const done: string[] = [];
    const rest = path.split('/').reverse();
    for (let links = 0; rest.length > 0; ) {
      const part = rest.pop()!;
      if (part === '' || part === '.') continue;
      if (part === '..') {
        done.pop();
        continue;
      }
      done.push(part);
      const here = `/${done.join('/')}`;
      if (plain.has(here) || (rest.every((one) => one === '') && !followsLast)) continue;
      const info = real.lstat(root + here);
      if (typeof info === 'string') {
        if (info === 'ENOENT' || info === 'ENOTDIR') return rest.length === 0 ? root + here : info;
        return info;
      }
      if (info.type === 'directory') plain.add(here);
      if (info.type !== 'link') continue;
      if (++links > maximumLinks) return 'ELOOP';
      const target = real.readLink(root + here);
      done.pop();
      if (target.startsWith('/')) done.length = 0;
      rest.push(...target.split('/').reverse());
    }
    return done.length === 0 ? root : `${root}/${done.join('/')}`;
  };

  const at = <T>(path: string, run: (located: string) => T, followsLast = true): T | FileError => {
    const located = locate(path, followsLast);
    return located.startsWith('/') ? run(located) : (located as FileError);
  };

  return {
    stat: (path) => at(path, real.lstat),
    lstat: (path) => at(path, real.lstat, false),
    mtimeMicroseconds: (path) => at(path, real.mtimeMicroseconds),
    readText: (path) => at(path, real.readText),
    readBytes: (path) => at(path, real.readBytes),
    readDirectory: (path) => at(path, real.readDirectory),
    readLink: (path) => at(path, real.readLink, false),
    realPath: (path) =>
      at(path, (located) =>
        typeof real.lstat(located) === 'string' ? 'ENOENT' : located.slice(root.length) || '/',
      ),
    access: (path, mode) => at(path, (located) => real.access(located, mode)),
    smallFile: (path, info) => {
      const located = locate(path, true);
      return located.startsWith('/') ? real.smallFile(located, info) : undefined;
    },
    replace: () => 'EACCES',
    open: async (path) => {
      const located = locate(path, true);
      return located.startsWith('/') ? real.open(located) : (located as FileError);
    },
  };
}

/** A world in which nothing outside of a copied tree is read or asked. */
export function rootedWorld(root: string, real: World): World {
  const files = rootedFiles(root, real.files);
  return {
    ...real,
    files,
    system: rootedSystem(files, real.system),
    network: rootedNetwork(files, real.network),
  };
}

const textOf = (files: Files, path: string) => {
  const read = files.readText(path);
  return typeof read === 'string' ? undefined : read.text;
};

/** Users of the copy's passwd file; where it was not copied, every name may exist. */
function rootedSystem(files: Files, real: SystemFacts): SystemFacts {
  const idIn = (path: string) => (name: string) => {
    const text = textOf(files, path);
    if (text === undefined) return anyId;
    if (/^#\d+$/.test(name)) return Number(name.slice(1));
    const line = text.split('\n').find((one) => one.startsWith(`${name}:`));
    return line === undefined ? undefined : Number(line.split(':')[2]);
  };
  return { ...real, userId: idIn('/etc/passwd'), groupId: idIn('/etc/group') };
}

const anyId = 65_534;

/** Host names of the copy's hosts file, and no others. */
function rootedNetwork(files: Files, real: Network): Network {
  const resolveNow = (host: string) => {
    if (/^[\d.]+$|:/.test(host)) return [host];
    const wanted = host.toLowerCase();
    const addresses = (textOf(files, '/etc/hosts') ?? '').split('\n').flatMap((line) => {
      const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
      return address && names.some((name) => name.toLowerCase() === wanted) ? [address] : [];
    });
    return addresses.length > 0 ? addresses : undefined;
  };
  return {
    ...real,
    resolveNow,
    reverseNow: () => undefined,
    resolve: async (host) => resolveNow(host),
    connect: async () => 'ECONNREFUSED',
  };
}
