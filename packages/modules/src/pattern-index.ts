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

interface Side {
  readonly exact: Map<string, number[]>;
  readonly prefixes: TextTable;
  readonly suffixes: TextTable;
  readonly required: RequiredTexts[];
  /** Over `required`, once all are known. */
  search: TextSearch | undefined;
}

const newSide = (): Side => ({
  exact: new Map(),
  prefixes: { places: new Map(), lengths: [] },
  suffixes: { places: new Map(), lengths: [] },
  required: [],
  search: undefined,
});

/** An index over patterns by their literals; `undefined` stands for a pattern that must always be tried. */
export function patternIndex(patterns: readonly (Literals | undefined)[]): PatternIndex {
  const always: number[] = [];
  const asWritten = newSide();
  const lowerCase = newSide();
  for (const [place, literals] of patterns.entries()) {
    const side = literals?.caseless ? lowerCase : asWritten;
    if (literals === undefined || !addTo(side, literals, place)) always.push(place);
  }
  for (const side of [asWritten, lowerCase]) {
    sortLengths(side.prefixes);
    sortLengths(side.suffixes);
    if (side.required.length > 0) side.search = textSearch(side.required);
  }
  const hasCaseless = sizeOf(lowerCase) > 0;
  return {
    candidates(subject) {
      const found = always.slice();
      collect(asWritten, subject, found);
      if (hasCaseless) collect(lowerCase, asciiLowerCase(subject), found);
      if (found.length > always.length) found.sort((one, other) => one - other);
      return found;
    },
  };
}

function sizeOf({ exact, prefixes, suffixes, required }: Side): number {
  return exact.size + prefixes.places.size + suffixes.places.size + required.length;
}

function addTo(side: Side, { exact, prefixes, suffixes, required }: Literals, place: number): boolean {
  if (exact !== null) for (const text of exact) push(side.exact, text, place);
  else if (!prefixes.includes('')) for (const text of prefixes) push(side.prefixes.places, text, place);
  else if (!suffixes.includes('')) for (const text of suffixes) push(side.suffixes.places, text, place);
  else if (required.length > 0 && !required.includes('')) side.required.push({ texts: required, place });
  else return false;
  return true;
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
  add(found, exact.get(subject));
  for (const length of prefixes.lengths) {
    if (length > subject.length) break;
    add(found, prefixes.places.get(subject.slice(0, length)));
  }
  for (const length of suffixes.lengths) {
    if (length > subject.length) break;
    add(found, suffixes.places.get(subject.slice(subject.length - length)));
  }
  if (search !== undefined) add(found, search.find(subject));
}

/** One pattern may be found by two of its texts. */
function add(found: number[], places: readonly number[] | undefined): void {
  if (places === undefined) return;
  for (const place of places) if (!found.includes(place)) found.push(place);
}
