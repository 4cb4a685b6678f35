import type { DirectiveContext, FileInfo, RequestRecord, World } from '@httpd-ts/kernel';
import { type DbmType, dbmFiles, readDbm } from '../dbm-file.ts';
import { rewriteLog } from './rewrite-context.ts';
import type { RewriteMap } from './rewrite-map.ts';

type Pairs = ReadonlyMap<string, string>;

/** The pairs of a file as it was when last looked at, and the keys that the log has been told about. */
interface Content {
  readonly state: string;
  readonly pairs: Pairs | undefined;
  readonly seen: Set<string>;
}

interface FileMap {
  readonly name: string;
  readonly kind: 'txt' | 'dbm';
  /** Looks at the files; undefined when one is missing, which has been logged. */
  readonly state: (request: RequestRecord) => string | undefined;
  readonly read: (request: RequestRecord) => Pairs | undefined;
}

const stateOf = ({ mtimeMs, size, inode }: FileInfo) => `${mtimeMs}/${size}/${inode}`;

/** Looks keys up in a file that is read again when it has changed. httpd: lookup_map, get_cache_value */
function lookupIn({ name, kind, state, read }: FileMap): RewriteMap['lookup'] {
  let content: Content | undefined;
  return (request, key, trace) => {
    const now = state(request);
    if (now === undefined) return undefined;
    if (content?.state !== now || content.pairs === undefined) {
      content = { state: now, pairs: read(request), seen: new Set() };
    }
    const value = content.pairs?.get(key);
    if (trace >= 5) logLookup(request, { name, kind, key, value, trace, seen: content.seen });
    return value === '' ? undefined : value;
  };
}

interface Lookup {
  readonly name: string;
  readonly kind: string;
  readonly key: string;
  readonly value: string | undefined;
  readonly trace: number;
  readonly seen: Set<string>;
}

const mostSeen = 10_000;

/** Says what httpd would find in its cache, which keeps each key that was asked for. */
function logLookup(request: RequestRecord, { name, kind, key, value, trace, seen }: Lookup): void {
  if (seen.has(key)) {
    rewriteLog({ request }, 5, `cache lookup OK: map=${name}[${kind}] key=${key} -> val=${value ?? ''}`);
    return;
  }
  if (seen.size < mostSeen) seen.add(key);
  if (trace >= 6) rewriteLog({ request }, 6, 'cache lookup FAILED, forcing new map lookup');
  const found = value === undefined ? 'FAILED' : 'OK';
  const shown = value === undefined ? '' : ` -> val=${value}`;
  rewriteLog({ request }, 5, `map lookup ${found}: map=${name}[${kind}] key=${key}${shown}`);
}

export const missingFile = (name: string, path: string) =>
  `RewriteMap: file for map ${name} not found:${path}`;

/** `txt:` and `rnd:`, lines of keys and values. */
export function textMap(
  name: string,
  source: string,
  type: 'txt' | 'rnd',
  cmd: DirectiveContext,
): RewriteMap | string {
  const path = cmd.serverRootRelative(source);
  const { world } = cmd;
  if (typeof world.files.stat(path) === 'string') return missingFile(name, path);
  const lookup = lookupIn({
    name,
    kind: 'txt',
    state(request) {
      const info = world.files.stat(path);
      if (typeof info === 'object') return stateOf(info);
      request.log('rewrite', 'error', `AH00661: mod_rewrite: can't access text RewriteMap file ${path}`);
      return undefined;
    },
    read(request) {
      const content = world.files.readText(path);
      if (typeof content === 'object') return textPairs(content.text);
      request.log('rewrite', 'error', `AH00655: mod_rewrite: can't open text RewriteMap file ${path}`);
      return undefined;
    },
  });
  if (type === 'txt') return { lookup };
  return {
    lookup(request, key, trace) {
      const value = lookup(request, key, trace);
      return value === undefined ? undefined : choose(request, value, trace, world);
    },
  };
}

const longestLine = 1024;

/** The first line of a key counts; a value ends at a blank, a line that is too long where httpd stops reading. httpd: lookup_map_txtfile */
export function textPairs(text: string): Pairs {
  const pairs = new Map<string, string>();
  for (const line of text.match(/[^\n]{0,1023}\n|[^\n]{1,1024}/g) ?? []) {
    if (line.length > longestLine) continue;
    const [, key, value] = /^([^\t-\r #][^\t-\r ]*)[\t-\r ]+([^\t-\r ]+)/.exec(line) ?? [];
    if (key !== undefined && value !== undefined && !pairs.has(key)) pairs.set(key, value);
  }
  return pairs;
}

function choose(request: RequestRecord, value: string, trace: number, { digests }: World): string {
  const choices = value.split('|');
  const chosen = choices[Math.floor(digests.random() * choices.length)]!;
  if (trace >= 5) rewriteLog({ request }, 5, `randomly chosen the subvalue \`${chosen}'`);
  return chosen;
}

const dbmTypes: ReadonlyMap<string, DbmType> = new Map([
  ['', 'db'],
  ['default', 'db'],
  ['db', 'db'],
  ['gdbm', 'gdbm'],
  ['sdbm', 'sdbm'],
]);

/** `dbm:` and `dbm=type:`. */
export function dbmMap(
  name: string,
  typeName: string,
  source: string,
  cmd: DirectiveContext,
): RewriteMap | string {
  const type = dbmTypes.get(typeName.toLowerCase());
  if (type === undefined) return `RewriteMap: dbm type ${typeName} is invalid`;
  const path = cmd.serverRootRelative(source);
  const { world } = cmd;
  const files = dbmFiles(type, path);
  if (typeof world.files.stat(files.all[0]!) === 'string') return missingFile(name, files.all[0]!);
  return {
    lookup: lookupIn({
      name,
      kind: 'dbm',
      state(request) {
        const infos = files.all.map((file) => world.files.stat(file));
        const missing = infos.findIndex((info) => typeof info === 'string');
        if (missing < 0) return infos.map((info) => stateOf(info as FileInfo)).join(' ');
        const code = missing === 0 ? 'AH00662' : 'AH00663';
        const file = files.all[missing];
        request.log('rewrite', 'error', `${code}: mod_rewrite: can't access DBM RewriteMap file ${file}`);
        return undefined;
      },
      read(request) {
        const bytes = world.files.readBytes(files.pairs);
        const pairs = typeof bytes === 'string' ? undefined : readDbm(type, bytes);
        if (pairs === undefined) {
          request.log('rewrite', 'error', `AH00656: mod_rewrite: can't open DBM RewriteMap ${path}`);
        }
        return pairs;
      },
    }),
  };
}
