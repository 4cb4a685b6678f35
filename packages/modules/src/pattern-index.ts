import { asciiLowerCase, type Regex } from '@httpd-ts/kernel';
import { type RequiredTexts, type TextSearch, textSearch } from './text-search.ts';

type Literals = Regex['literals'];

/** Places of patterns by a text that the subject must begin or end with. */
interface TextTable {
  readonly places: Map<string, number[]>;
  /** Lengths of the texts, each once, rising. */
  readonly lengths: number[];
}

/**
 * Tells which of many patterns can match a subject, so that asking costs by what the subject meets and not by the
 * number of patterns. What it leaves out cannot match; what it names may.
 */
export interface PatternIndex {
  /** Places in the list of those that may match, rising. */
  candidates(subject: string): readonly number[];
}

/** What patterns of one way to write their literals are found by; only what is needed is there. */
interface Side {
  exact?: Map<string, number[]>;
  prefixes?: TextTable;
  suffixes?: TextTable;
  required?: RequiredTexts[];
  /** Over `required`, once all are known. */
  search?: TextSearch;
}

const newTable = (): TextTable => ({ places: new Map(), lengths: [] });

/** An index over patterns by their literals; `undefined` stands for a pattern that must always be tried. */
export function patternIndex(patterns: readonly (Literals | undefined)[]): PatternIndex {
  const always: number[] = [];
  let asWritten: Side | undefined;
  let lowerCase: Side | undefined;
  for (const [place, literals] of patterns.entries()) {
    if (literals === undefined || !isTelling(literals)) {
      always.push(place);
    } else if (literals.caseless) {
      lowerCase ??= {};
      addTo(lowerCase, literals, place);
    } else {
      asWritten ??= {};
      addTo(asWritten, literals, place);
    }
  }
  for (const side of [asWritten, lowerCase]) {
    if (side?.prefixes !== undefined) sortLengths(side.prefixes);
    if (side?.suffixes !== undefined) sortLengths(side.suffixes);
    if (side?.required !== undefined) side.search = textSearch(side.required);
  }
  return {
    candidates(subject) {
      const found = always.slice();
      if (asWritten !== undefined) collect(asWritten, subject, found);
      if (lowerCase !== undefined) collect(lowerCase, asciiLowerCase(subject), found);
      if (found.length > always.length) found.sort((one, other) => one - other);
      return found;
    },
  };
}

/** Whether the literals tell subjects apart. */
function isTelling({ exact, prefixes, suffixes, required }: Literals): boolean {
  if (exact !== null || !prefixes.includes('') || !suffixes.includes('')) return true;
  return required.length > 0 && !required.includes('');
}

function addTo(side: Side, { exact, prefixes, suffixes, required }: Literals, place: number): void {
  if (exact !== null) {
    side.exact ??= new Map();
    for (const text of exact) push(side.exact, text, place);
  } else if (!prefixes.includes('')) {
    side.prefixes ??= newTable();
    for (const text of prefixes) push(side.prefixes.places, text, place);
  } else if (!suffixes.includes('')) {
    side.suffixes ??= newTable();
    for (const text of suffixes) push(side.suffixes.places, text, place);
  } else {
    side.required ??= [];
    side.required.push({ texts: required, place });
  }
}

function push(map: Map<string, number[]>, text: string, place: number): void {
  const places = map.get(text);
  if (places === undefined) map.set(text, [place]);
  else if (places.at(-1) !== place) places.push(place);
}

function sortLengths(table: TextTable): void {
  const lengths = new Set([...table.places.keys()].map((text) => text.length));
  table.lengths.push(...[...lengths].sort((one, other) => one - other));
}

function collect({ exact, prefixes, suffixes, search }: Side, subject: string, found: number[]): void {
  if (exact !== undefined) add(found, exact.get(subject));
  if (prefixes !== undefined) {
    for (const length of prefixes.lengths) {
      if (length > subject.length) break;
      add(found, prefixes.places.get(subject.slice(0, length)));
    }
  }
  if (suffixes !== undefined) {
    for (const length of suffixes.lengths) {
      if (length > subject.length) break;
      add(found, suffixes.places.get(subject.slice(subject.length - length)));
    }
  }
  if (search !== undefined) add(found, search.find(subject));
}

/** One pattern may be found by two of its texts. */
function add(found: number[], places: readonly number[] | undefined): void {
  if (places === undefined) return;
  for (const place of places) if (!found.includes(place)) found.push(place);
}
