import type { ProxyAlias } from './config.ts';

/**
 * How many characters of the path an alias takes, 0 when it does not match. Slashes match any number of slashes,
 * and the alias must end where a segment ends. httpd: modules/proxy/mod_proxy.c alias_match
 */
export function matchAlias(uri: string, alias: string): number {
  let u = 0;
  let a = 0;
  while (a < alias.length && u < uri.length) {
    if (alias[a] === '/') {
      if (uri[u] !== '/') return 0;
      while (alias[a] === '/') a++;
      while (uri[u] === '/') u++;
    } else if (uri[u++] !== alias[a++]) return 0;
  }
  if (a < alias.length) return 0;
  return alias.endsWith('/') || u === uri.length || uri[u] === '/' ? u : 0;
}

/** Finds the aliases that may match a path, in the order of the configuration, however many there are. */
export interface AliasIndex {
  readonly isEmpty: boolean;
  first<T>(uri: string, attempt: (alias: ProxyAlias) => T | undefined): T | undefined;
}

interface Ordered {
  readonly alias: ProxyAlias;
  readonly order: number;
}

/** A path without the freedoms of `matchAlias`. */
function plainPath(path: string): string {
  return path.includes('//') ? path.replace(/\/{2,}/g, '/') : path;
}

/** Entries by a text that the path begins with, and the lengths of these texts. */
interface Prefixes {
  readonly entries: Map<string, Ordered[]>;
  readonly lengths: Set<number>;
}

/** Builds the index over aliases in the order of the configuration. */
export function aliasIndex(aliases: readonly ProxyAlias[]): AliasIndex {
  const literals = new Map<string, Ordered[]>();
  const prefixes: Prefixes = { entries: new Map(), lengths: new Set() };
  const others: Ordered[] = [];
  for (const [order, alias] of aliases.entries()) {
    const starts = regexStarts(alias);
    if (alias.interpolate || alias.mapping === 'servlet') others.push({ alias, order });
    else if (alias.regex === undefined) addTo(literals, plainPath(alias.fake), { alias, order });
    else if (starts === undefined) others.push({ alias, order });
    else {
      for (const start of starts) {
        addTo(prefixes.entries, start, { alias, order });
        prefixes.lengths.add(start.length);
      }
    }
  }
  const isEmpty = aliases.length === 0;
  const isAlone = prefixes.lengths.size === 0 && others.length === 0;
  return {
    isEmpty,
    first(uri, attempt) {
      const found = literals.size === 0 ? [] : literalCandidates(literals, plainPath(uri));
      if (!isAlone) {
        for (const length of prefixes.lengths) {
          const list = length <= uri.length ? prefixes.entries.get(uri.slice(0, length)) : undefined;
          if (list !== undefined) found.push(...list);
        }
        found.push(...others);
      }
      if (found.length > 1) found.sort((a, b) => a.order - b.order);
      for (const { alias } of found) {
        const answer = attempt(alias);
        if (answer !== undefined) return answer;
      }
      return undefined;
    },
  };
}

/** Texts with one of which every path begins that an expression matches; undefined when nothing is known. */
function regexStarts({ regex }: ProxyAlias): readonly string[] | undefined {
  if (regex === undefined) return undefined;
  const { anchored, caseless, prefixes } = regex.literals;
  return anchored && !caseless && !prefixes.includes('') ? [...new Set(prefixes)] : undefined;
}

function addTo(map: Map<string, Ordered[]>, key: string, entry: Ordered): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [entry]);
  else list.push(entry);
}

function literalCandidates(literals: ReadonlyMap<string, readonly Ordered[]>, path: string): Ordered[] {
  const found: Ordered[] = [];
  const add = (key: string) => {
    const list = literals.get(key);
    if (list !== undefined) found.push(...list);
  };
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    if (slash > 0) add(path.slice(0, slash));
    add(path.slice(0, slash + 1));
  }
  if (!path.endsWith('/')) add(path);
  return found;
}
