import {
  asciiLowerCase,
  type DirectiveContext,
  escapeUri,
  type RequestRecord,
  unescapeUrl,
} from '@httpd-ts/kernel';
import { dbmMap, textMap } from './file-map.ts';
import { programMap } from './program-map.ts';
import { rewriteLog } from './rewrite-context.ts';
import { sqlMap } from './sql-map.ts';

/** A named function from text to text. httpd: rewritemap_entry */
export interface RewriteMap {
  /** The value of a key, or undefined when there is none. */
  lookup(request: RequestRecord, key: string, trace: number): string | undefined;
  /** In place of `lookup` where the answer has to be waited for. */
  readonly lookupLater?: (request: RequestRecord, key: string, trace: number) => Promise<string | undefined>;
  /** Starts what a map needs to run with the server; a text says why it cannot. */
  readonly start?: () => string | undefined;
}

interface InternalMap {
  readonly map: (key: string) => string;
  /** httpd changes the key in its place, so that the log shows the value for it. */
  readonly inPlace: boolean;
}

const internalMaps: Readonly<Record<string, InternalMap>> = {
  tolower: { map: asciiLowerCase, inPlace: true },
  toupper: { map: (key) => key.replace(/[a-z]/g, (char) => char.toUpperCase()), inPlace: true },
  escape: { map: (key) => escapeUri(key), inPlace: false },
  unescape: { map: unescapeKey, inPlace: true },
};

function unescapeKey(key: string): string {
  const unescaped = unescapeUrl(key, 'decode');
  return unescaped.status === undefined ? unescaped.text : key;
}

/** `RewriteMap name type:source [user:group]`; a text is the complaint. httpd: modules/mappers/mod_rewrite.c cmd_rewritemap */
export function readRewriteMap(
  name: string,
  source: string,
  account: string | undefined,
  cmd: DirectiveContext,
): RewriteMap | string {
  const [, type, rest = ''] = /^(txt|rnd|prg|int|dbd|fastdbd|dbm(?:=[^:]*)?):([\s\S]*)$/i.exec(source) ?? [];
  if (type === undefined) {
    return /^dbm=/i.test(source) ? `RewriteMap: bad map:${source}` : textMap(name, source, 'txt', cmd);
  }
  switch (type.toLowerCase()) {
    case 'int':
      return internalMap(name, rest);
    case 'txt':
      return textMap(name, rest, 'txt', cmd);
    case 'rnd':
      return textMap(name, rest, 'rnd', cmd);
    case 'prg':
      return programMap(name, rest, account, cmd);
    case 'dbd':
    case 'fastdbd':
      return sqlMap(name, rest, /^fast/i.test(type), cmd);
    default:
      return dbmMap(name, type.slice('dbm='.length), rest, cmd);
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
