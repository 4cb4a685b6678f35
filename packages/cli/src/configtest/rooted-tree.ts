import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { latin1 } from '../output.ts';

/** The real path of a copied tree, with nothing at its end. */
export function rootOf(path: string): string | undefined {
  try {
    return latin1(realpathSync(path)).replace(/\/+$/, '');
  } catch {
    return undefined;
  }
}

/** A path as the configuration knows it: below the root it may be given either way. */
export function insideRoot(path: string, root: string): string {
  const absolute = latin1(resolve(path));
  if (root === '') return absolute;
  if (absolute === root) return '/';
  return absolute.startsWith(`${root}/`) ? absolute.slice(root.length) : absolute;
}

/** Directories for logs that come with a package of httpd, which need not be installed here. */
export function packagedDirectories(
  serverRoot: string,
  environment: ReadonlyMap<string, string>,
): readonly string[] {
  const logs = environment.get('APACHE_LOG_DIR');
  return ['/var/log/apache2', '/var/log/httpd', `${serverRoot}/logs`, ...(logs === undefined ? [] : [logs])];
}
