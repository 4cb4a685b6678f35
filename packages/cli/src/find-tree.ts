import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';

/** Where a configuration begins. */
export interface ConfigTree {
  readonly serverRoot: string;
  /** Absolute. */
  readonly configFile: string;
}

/** A place where some system keeps its Apache configuration. */
export interface KnownTree {
  readonly serverRoot: string;
  /** The main file, relative to ServerRoot. */
  readonly configFile: string;
}

/** The trees of Debian, RHEL and Fedora, Homebrew on either architecture, and Apache's own layout (the httpd image). */
export const knownTrees: readonly KnownTree[] = [
  { serverRoot: '/etc/apache2', configFile: 'apache2.conf' },
  { serverRoot: '/etc/httpd', configFile: 'conf/httpd.conf' },
  { serverRoot: '/opt/homebrew/etc/httpd', configFile: 'httpd.conf' },
  { serverRoot: '/usr/local/etc/httpd', configFile: 'httpd.conf' },
  { serverRoot: '/usr/local/apache2', configFile: 'conf/httpd.conf' },
];

/** The first known tree that is there, or the first of all. */
export function systemTree(exists: (path: string) => boolean = existsSync): KnownTree {
  return (
    knownTrees.find(({ serverRoot, configFile }) => exists(join(serverRoot, configFile))) ?? knownTrees[0]!
  );
}

/**
 * The tree that `-d` and `-f` name. A relative file is below ServerRoot, as in httpd; with a directory alone
 * its main file is found by the names systems give it.
 */
export function findTree(
  given: { readonly serverRoot?: string | undefined; readonly configFile?: string | undefined },
  exists: (path: string) => boolean = existsSync,
): ConfigTree {
  const system = systemTree(exists);
  const serverRoot = withoutFinalSlash(
    given.serverRoot === undefined ? system.serverRoot : resolve(given.serverRoot),
  );
  const file = given.configFile ?? mainFileIn(serverRoot, system, exists);
  return { serverRoot, configFile: isAbsolute(file) ? file : join(serverRoot, file) };
}

/** Where the main file of a tree lies, the likeliest first. */
export const mainFiles = ['apache2.conf', 'conf/httpd.conf', 'httpd.conf'];

function mainFileIn(serverRoot: string, system: KnownTree, exists: (path: string) => boolean): string {
  if (serverRoot === system.serverRoot) return system.configFile;
  return mainFiles.find((name) => exists(join(serverRoot, name))) ?? system.configFile;
}

const withoutFinalSlash = (path: string) => (path.length > 1 ? path.replace(/\/+$/, '') : path);
