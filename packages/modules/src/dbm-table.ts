import type { Files } from '@httpd-ts/kernel';
import { type DbmType, dbmFiles, readDbm } from './dbm-file.ts';

/** A DBM file that is read again when it has changed; a file that is missing or none of the kind has no pairs. */
export interface DbmTable {
  get(key: string): string | undefined;
}

export function dbmTable(files: Files, type: DbmType, path: string): DbmTable {
  const { pairs: file, all } = dbmFiles(type, path);
  let known: { readonly state: string; readonly pairs: ReadonlyMap<string, string> | undefined } | undefined;
  return {
    get(key) {
      let state = '';
      for (const name of all) {
        const info = files.stat(name);
        if (typeof info === 'string') return undefined;
        state += `${info.mtimeMs}/${info.size}/${info.inode} `;
      }
      if (known?.state !== state) {
        const bytes = files.readBytes(file);
        known = { state, pairs: typeof bytes === 'string' ? undefined : readDbm(type, bytes) };
      }
      return known.pairs?.get(key);
    },
  };
}

/** The kinds by the names that directives give them; `default` is Berkeley DB. httpd: apr_dbm_open_ex */
export const dbmTypeNames: ReadonlyMap<string, DbmType> = new Map([
  ['default', 'db'],
  ['db', 'db'],
  ['gdbm', 'gdbm'],
  ['sdbm', 'sdbm'],
]);
