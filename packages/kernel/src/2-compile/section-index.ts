import { matchesPattern } from '../shell-pattern.ts';
import type { Section } from './section.ts';

/**
 * Finds the `<Location>` sections of a path in configuration order, at a cost that depends on the path and on
 * the patterns, not on the number of literal sections.
 */
export interface LocationIndex {
  readonly isEmpty: boolean;
  /** Sections whose literal path begins `uri`, and all patterns and expressions, in order; expressions are yet to be tried. */
  candidates(uri: string): readonly Section[];
}

interface Ordered {
  readonly section: Section;
  readonly order: number;
}

const none: readonly Section[] = [];

/** Builds the index over sections in configuration order. httpd: server/request.c ap_location_walk */
export function locationIndex(sections: readonly Section[]): LocationIndex {
  const literals = new Map<string, Ordered[]>();
  const others: Ordered[] = [];
  for (const [order, section] of sections.entries()) {
    if (section.regex !== undefined || section.isPattern) others.push({ section, order });
    else literals.set(section.path, [...(literals.get(section.path) ?? []), { section, order }]);
  }
  return {
    isEmpty: sections.length === 0,
    candidates(uri) {
      let found: Ordered[] | undefined;
      if (literals.size > 0) {
        for (let end = uri.indexOf('/'); end >= 0; end = uri.indexOf('/', end + 1)) {
          // Between two slashes it is the path that has been looked for just now.
          if (uri[end - 1] !== '/') found = collect(found, literals.get(uri.slice(0, end)));
          found = collect(found, literals.get(uri.slice(0, end + 1)));
        }
        if (!uri.endsWith('/')) found = collect(found, literals.get(uri));
      }
      for (const other of others) {
        if (
          other.section.regex === undefined &&
          !matchesPattern(other.section.path, uri, { pathName: other.section.path.includes('/') })
        )
          continue;
        found ??= [];
        found.push(other);
      }
      if (found === undefined) return none;
      if (found.length > 1) found.sort((a, b) => a.order - b.order);
      return found.map(({ section }) => section);
    },
  };
}

function collect(found: Ordered[] | undefined, more: readonly Ordered[] | undefined): Ordered[] | undefined {
  if (more === undefined) return found;
  return found === undefined ? [...more] : [...found, ...more];
}

/** The `<Directory>` sections in the order of a walk from the root down. */
export interface DirectoryIndex {
  /** Literal and pattern sections with exactly this many slashes that match the directory (which ends in a slash). */
  at(directory: string, slashes: number): readonly Section[];
  /** Whether there are sections by shell pattern. */
  readonly hasPatterns: boolean;
  /** The same for a file that the walk takes for a directory, as it does where it trusts links. */
  atFile(filename: string): readonly Section[];
  /** Sections by regular expression, applied at the end of the walk. */
  readonly expressions: readonly Section[];
}

/** Builds the index; sections are in configuration order. httpd: server/core.c ap_core_reorder_directories */
export function directoryIndex(sections: readonly Section[]): DirectoryIndex {
  const literals = new Map<string, Ordered[]>();
  const patterns = new Map<number, Ordered[]>();
  const expressions: Section[] = [];
  for (const [order, section] of sections.entries()) {
    if (section.regex !== undefined) expressions.push(section);
    else if (section.isPattern) {
      const depth = countSlashes(section.path);
      patterns.set(depth, [...(patterns.get(depth) ?? []), { section, order }]);
    } else literals.set(section.path, [...(literals.get(section.path) ?? []), { section, order }]);
  }
  const index: DirectoryIndex = {
    expressions,
    hasPatterns: patterns.size > 0,
    atFile: (filename) =>
      patterns.size === 0 && !literals.has(`${filename}/`)
        ? none
        : index.at(`${filename}/`, countSlashes(filename) + 1),
    at(directory, slashes) {
      const literal = literals.get(directory);
      const matching = patterns
        .get(slashes)
        ?.filter(({ section }) => matchesPattern(section.path, directory, { pathName: true }));
      if (literal === undefined && matching === undefined) return none;
      const all = [...(literal ?? []), ...(matching ?? [])];
      if (all.length > 1) all.sort((a, b) => a.order - b.order);
      return all.map(({ section }) => section);
    },
  };
  return index;
}

/** Number of slashes in a path. */
export function countSlashes(path: string): number {
  let count = 0;
  for (let i = 0; i < path.length; i++) if (path.charCodeAt(i) === 47) count++;
  return count;
}
