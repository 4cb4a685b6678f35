import {
  type DirectiveContext,
  escapeUri,
  type FileInfo,
  type RequestRecord,
  unescapeUrl,
  type World,
} from '@httpd-ts/kernel';
import { rewriteLog } from './rewrite-context.ts';

/** A named function from text to text. httpd: rewritemap_entry */
export interface RewriteMap {
  /** The value of a key, or undefined when there is none. */
  lookup(request: RequestRecord, key: string, trace: number): string | undefined;
}

/** A map that is only read, never served. */
const unserved: RewriteMap = { lookup: () => undefined };

interface InternalMap {
  readonly map: (key: string) => string;
  /** httpd changes the key in its place, so that the log shows the value for it. */
  readonly inPlace: boolean;
}

const internalMaps: Readonly<Record<string, InternalMap>> = {
  tolower: { map: (key) => key.replace(/[A-Z]/g, (char) => char.toLowerCase()), inPlace: true },
  toupper: { map: (key) => key.replace(/[a-z]/g, (char) => char.toUpperCase()), inPlace: true },
  escape: { map: (key) => escapeUri(key), inPlace: false },
  unescape: { map: unescapeKey, inPlace: true },
};

function unescapeKey(key: string): string {
  const unescaped = unescapeUrl(key, 'decode');
  return unescaped.status === undefined ? unescaped.text : key;
}

/** `RewriteMap name type:source`; a text is the complaint. httpd: modules/mappers/mod_rewrite.c cmd_rewritemap */
export function readRewriteMap(name: string, source: string, cmd: DirectiveContext): RewriteMap | string {
  const [, type, rest] = /^(txt|rnd|prg|int|dbd|fastdbd|dbm(?:=[^:]*)?):([\s\S]*)$/.exec(source) ?? [];
  switch (type) {
    case 'int':
      return internalMap(name, rest!);
    case 'txt':
    case 'rnd':
      return fileMap(name, rest!, type, cmd);
    case undefined:
      return fileMap(name, source, 'txt', cmd);
    default:
      return unservedMap(name, type, rest!, cmd);
  }
}

function internalMap(name: string, functionName: string): RewriteMap | string {
  const internal = Object.hasOwn(internalMaps, functionName) ? internalMaps[functionName] : undefined;
  if (internal === undefined) return `RewriteMap: internal map not found:${functionName}`;
  return {
    lookup(request, key, trace) {
      const value = internal.map(key);
      if (trace >= 5) {
        const shown = internal.inPlace ? value : key;
        rewriteLog({ request }, 5, `map lookup OK: map=${name} key=${shown} -> val=${value}`);
      }
      return value;
    },
  };
}

const dbmTypes = new Set(['default', 'db', 'gdbm', 'ndbm', 'sdbm', 'lmdb']);

/** Databases and programs: checked as httpd checks them, and refused when the server is to start. */
function unservedMap(name: string, type: string, rest: string, cmd: DirectiveContext): RewriteMap | string {
  if (type.startsWith('dbm=') && !dbmTypes.has(type.slice(4).toLowerCase())) {
    return `RewriteMap: dbm type ${type.slice(4)} is invalid`;
  }
  if (type === 'prg') {
    const program = cmd.serverRootRelative(rest.split(' ', 1)[0]!);
    if (typeof cmd.world.files.stat(program) === 'string') return missingFile(name, program);
  }
  cmd.refuseServing('RewriteMap', 'mod_rewrite', `of type ${type.split('=', 1)[0]}`);
  return unserved;
}

const missingFile = (name: string, path: string) => `RewriteMap: file for map ${name} not found:${path}`;

interface MapFile {
  readonly info: FileInfo;
  readonly values: ReadonlyMap<string, string>;
}

function fileMap(
  name: string,
  source: string,
  type: 'txt' | 'rnd',
  cmd: DirectiveContext,
): RewriteMap | string {
  const path = cmd.serverRootRelative(source);
  const { world } = cmd;
  if (typeof world.files.stat(path) === 'string') return missingFile(name, path);
  let file: MapFile | undefined;
  return {
    lookup(request, key, trace) {
      const info = world.files.stat(path);
      if (typeof info === 'string') {
        request.log('rewrite', 'error', `AH00661: mod_rewrite: can't access text RewriteMap file ${path}`);
        return undefined;
      }
      if (file === undefined || file.info.mtimeMs !== info.mtimeMs || file.info.size !== info.size) {
        file = { info, values: readMapFile(world, path) };
      }
      const value = file.values.get(key);
      if (trace >= 5) rewriteLog({ request }, 5, lookupText(name, key, value));
      return type === 'rnd' && value !== undefined ? choose(request, value, trace) : value;
    },
  };
}

function lookupText(name: string, key: string, value: string | undefined): string {
  if (value === undefined) return `map lookup FAILED: map=${name}[txt] key=${key}`;
  return `map lookup OK: map=${name}[txt] key=${key} -> val=${value}`;
}

/** The first line of a key counts; a value ends at a blank. httpd: lookup_map_txtfile */
function readMapFile(world: World, path: string): ReadonlyMap<string, string> {
  const content = world.files.readText(path);
  const values = new Map<string, string>();
  if (typeof content === 'string') return values;
  for (const line of content.text.split('\n')) {
    const [, key, value] = /^([^\s#]\S*)\s+(\S+)/.exec(line) ?? [];
    if (key !== undefined && value !== undefined && !values.has(key)) values.set(key, value);
  }
  return values;
}

function choose(request: RequestRecord, value: string, trace: number): string {
  const choices = value.split('|');
  const chosen = choices[Math.floor(request.server.plan.world.digests.random() * choices.length)]!;
  if (trace >= 5 && choices.length > 1)
    rewriteLog({ request }, 5, `randomly chosen the subvalue \`${chosen}'`);
  return chosen;
}
