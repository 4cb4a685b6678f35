import type { DirectiveContext } from '@httpd-ts/kernel';

/** Where a database driver of APR would be; a machine without that folder has no APR to ask. */
const driverFolders = [
  '/usr/lib/x86_64-linux-gnu/apr-util-1',
  '/usr/lib64/apr-util-1',
  '/usr/lib/apr-util-1',
];

const ours: ReadonlySet<string> = new Set(['sqlite3', 'pgsql', 'mysql']);

/** What httpd says of a driver that is not installed with it; when serving, our own count. */
export function driverComplaint(name: string, cmd: DirectiveContext): string | undefined {
  if (ours.has(name) && !cmd.settings.checkOnly) return undefined;
  const { files } = cmd.world;
  const file = `apr_dbd_${name}.so`;
  const folder = driverFolders.find((one) => typeof files.stat(one) === 'object');
  const isThere =
    folder === undefined
      ? ours.has(name) || name === 'odbc'
      : typeof files.stat(`${folder}/${file}`) === 'object';
  if (!isThere) return `Can't load driver file ${file}`;
  if (!ours.has(name)) cmd.refuseServing('DBDriver', 'mod_dbd', name);
  return undefined;
}
