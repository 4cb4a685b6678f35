import type { Regex } from '@httpd-ts/kernel';
import { patternIndex } from '../pattern-index.ts';
import { matchedLength } from './entries.ts';

interface Entry {
  readonly fake: string;
  readonly regex: Regex | undefined;
}

/** The first entry that a path matches. */
export interface Found<Item> {
  readonly entry: Item;
  /** How much of the path is matched; for a pattern, its groups. */
  readonly length: number;
  readonly groups: readonly (string | undefined)[] | undefined;
}

/** Finds the first of many entries that matches a path, at the cost of the path's segments. */
export interface EntryIndex<Item> {
  readonly isEmpty: boolean;
  find(uri: string): Found<Item> | undefined;
}

const mergeSlashes = (path: string) => (path.includes('//') ? path.replace(/\/{2,}/g, '/') : path);

/** An index over entries in the order of the configuration; the first that matches wins. */
export function entryIndex<Item extends Entry>(entries: readonly Item[]): EntryIndex<Item> {
  const byPath = new Map<string, number>();
  const patterns: number[] = [];
  for (const [place, { fake, regex }] of entries.entries()) {
    if (regex !== undefined) patterns.push(place);
    else {
      const key = mergeSlashes(fake);
      if (!byPath.has(key)) byPath.set(key, place);
    }
  }
  const index = patternIndex(patterns.map((place) => entries[place]!.regex!.literals));
  return {
    isEmpty: entries.length === 0,
    find(uri) {
      const literal = byPath.size === 0 ? undefined : firstPrefix(byPath, mergeSlashes(uri));
      if (patterns.length > 0) {
        const found = firstPattern(entries, patterns, index.candidates(uri), uri, literal ?? entries.length);
        if (found !== undefined) return found;
      }
      if (literal === undefined) return undefined;
      const entry = entries[literal]!;
      return { entry, length: matchedLength(uri, entry.fake), groups: undefined };
    },
  };
}

/** The earliest entry among the prefixes of a path that end with a segment, or with the slash behind it. */
function firstPrefix(byPath: ReadonlyMap<string, number>, uri: string): number | undefined {
  let first: number | undefined;
  const look = (path: string) => {
    const place = byPath.get(path);
    if (place !== undefined && (first === undefined || place < first)) first = place;
  };
  look(uri);
  for (let slash = uri.indexOf('/'); slash >= 0; slash = uri.indexOf('/', slash + 1)) {
    if (slash > 0) look(uri.slice(0, slash));
    if (slash + 1 < uri.length) look(uri.slice(0, slash + 1));
  }
  return first;
}

function firstPattern<Item extends Entry>(
  entries: readonly Item[],
  patterns: readonly number[],
  candidates: readonly number[],
  uri: string,
  before: number,
): Found<Item> | undefined {
  for (const candidate of candidates) {
    const place = patterns[candidate]!;
    if (place >= before) return undefined;
    const entry = entries[place]!;
    const groups = entry.regex!.exec(uri);
    if (groups !== null) return { entry, length: 0, groups };
  }
  return undefined;
}
