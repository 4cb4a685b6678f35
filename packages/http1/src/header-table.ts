import { isTextAt } from './text-at.ts';

/** Where lines of a head begin and end, in the string they were read from: four numbers an entry. */
export type LineSpans = number[];

/** What `HeaderTable.forEach` calls for each entry. */
export type HeaderVisitor = (name: string, value: string) => void;

const LF = 10;
const CR = 13;
const SPACE = 32;
const TAB = 9;

/**
 * The header table of requests, responses and trailers: ordered, case-insensitive, keeps the case of names
 * and keeps duplicates; each operation does what the APR table function of that name does.
 *
 * An entry is four numbers in `spans`. Read from a head: name start, name end, value start, value end in `text`.
 * Set by somebody: `-1 - i`, that plus the name's length, 0, 0 with name and value in `strings[i]`, `strings[i + 1]`.
 * A removed entry has a name length of -1. So the name's length is always `spans[k + 1] - spans[k]`.
 */
export class HeaderTable {
  private text: string;
  private spans: LineSpans;
  private strings: string[];
  private count: number;
  /** End of a head that nobody has looked into yet, else -1; `unreadStart` is where it begins. */
  private unreadEnd: number;
  private unreadStart: number;
  /** A bit for each name that is or was there, see `bitOf`; 0 with entries whose names nobody has asked for yet. */
  private names = 0;

  constructor(text = '', spans: LineSpans = [], unreadStart = 0, unreadEnd = -1) {
    this.text = text;
    this.spans = spans;
    this.strings = [];
    this.count = spans.length >> 2;
    this.unreadStart = unreadStart;
    this.unreadEnd = unreadEnd;
  }

  /** A table over the header lines `text[start, end)`; the lines are looked for at the first access. */
  static fromHead(text: string, start: number, end: number): HeaderTable {
    return new HeaderTable(text, [], start, end);
  }

  /** A table with these names and values, in this order. */
  static of(entries: Iterable<readonly [string, string]>): HeaderTable {
    const table = new HeaderTable();
    for (const [name, value] of entries) table.add(name, value);
    return table;
  }

  /** The number of entries; duplicates count. */
  get size(): number {
    if (this.unreadEnd >= 0) this.readLines();
    return this.count;
  }

  /** The first value under the name in any case, or undefined. httpd: apr_table_get */
  get(name: string): string | undefined {
    const at = this.find(name, 0);
    return at < 0 ? undefined : this.valueAt(at);
  }

  /** All values under the name, in order. */
  getAll(name: string): string[] {
    const values: string[] = [];
    for (let at = this.find(name, 0); at >= 0; at = this.find(name, at + 4)) values.push(this.valueAt(at));
    return values;
  }

  /** All values under the name as one, joined by commas, or undefined. */
  getJoined(name: string): string | undefined {
    let at = this.find(name, 0);
    if (at < 0) return undefined;
    let joined = this.valueAt(at);
    for (at = this.find(name, at + 4); at >= 0; at = this.find(name, at + 4))
      joined += `,${this.valueAt(at)}`;
    return joined;
  }

  /** Changes each value under the name where it stands. */
  mapValues(name: string, change: (value: string) => string): void {
    for (let at = this.find(name, 0); at >= 0; at = this.find(name, at + 4)) {
      const value = this.valueAt(at);
      const changed = change(value);
      if (changed !== value) this.replace(at, changed);
    }
  }

  /** Whether there is an entry of that name. */
  has(name: string): boolean {
    return this.find(name, 0) >= 0;
  }

  /** Whether there is no entry of that name with another value. */
  everyIs(name: string, value: string): boolean {
    for (let at = this.find(name, 0); at >= 0; at = this.find(name, at + 4)) {
      const start = this.spans[at]!;
      const valueStart = this.spans[at + 2]!;
      const isSame =
        start < 0
          ? this.strings[-start] === value
          : this.spans[at + 3]! - valueStart === value.length && isTextAt(this.text, valueStart, value);
      if (!isSame) return false;
    }
    return true;
  }

  /** Replaces the first entry in place, under the name as it was written there, removes the others; else appends. httpd: apr_table_set */
  set(name: string, value: string): void {
    const first = this.find(name, 0);
    if (first < 0) {
      this.append(name, value);
      return;
    }
    this.replace(first, value);
    this.removeFrom(name, first + 4);
  }

  /** Appends an entry, whatever is there already. httpd: apr_table_add */
  add(name: string, value: string): void {
    if (this.unreadEnd >= 0) this.readLines();
    this.append(name, value);
  }

  /** Extends the first entry with `, value`; else appends. httpd: apr_table_merge */
  merge(name: string, value: string): void {
    const first = this.find(name, 0);
    if (first < 0) this.append(name, value);
    else this.replace(first, `${this.valueAt(first)}, ${value}`);
  }

  /** Removes all entries of that name. httpd: apr_table_unset */
  unset(name: string): void {
    this.removeFrom(name, 0);
  }

  /** Removes everything. httpd: apr_table_clear */
  clear(): void {
    this.unreadEnd = -1;
    this.spans = [];
    this.strings = [];
    this.text = '';
    this.count = 0;
    this.names = 0;
  }

  /** Visits the entries in order. httpd: apr_table_do */
  forEach(visit: HeaderVisitor): void {
    if (this.unreadEnd >= 0) this.readLines();
    const { spans } = this;
    for (let at = 0; at < spans.length; at += 4) {
      if (spans[at + 1]! >= spans[at]!) visit(this.nameAt(at), this.valueAt(at));
    }
  }

  /** Whether all entries that somebody has set, or added, pass; not asked about those that lie in a head as it was read. */
  everySet(passes: (name: string, value: string) => boolean): boolean {
    const { spans, strings } = this;
    for (let at = 0; at < spans.length; at += 4) {
      const start = spans[at]!;
      if (start < 0 && spans[at + 1]! >= start && !passes(strings[-1 - start]!, strings[-start]!))
        return false;
    }
    return true;
  }

  /** The entries in order, as pairs. */
  entries(): [string, string][] {
    const pairs: [string, string][] = [];
    this.forEach((name, value) => {
      pairs.push([name, value]);
    });
    return pairs;
  }

  [Symbol.iterator](): Iterator<[string, string]> {
    return this.entries()[Symbol.iterator]();
  }

  /** A table of its own with the same entries. httpd: apr_table_copy */
  clone(): HeaderTable {
    const copy = new HeaderTable(this.text, this.spans.slice(), this.unreadStart, this.unreadEnd);
    copy.strings = this.strings.slice();
    copy.count = this.count;
    copy.names = this.names;
    return copy;
  }

  /** Appends all entries of the other table. httpd: apr_table_overlay, with this one as the overlay */
  addAll(other: HeaderTable): void {
    other.forEach((name, value) => {
      this.add(name, value);
    });
  }

  /** Makes names unique, in the first one's place: values joined by `, `, or the last value alone. httpd: apr_table_compress */
  compress(how: 'merge' | 'set'): void {
    if (this.unreadEnd >= 0) this.readLines();
    const { spans } = this;
    for (let at = 0; at < spans.length; at += 4) {
      if (spans[at + 1]! >= spans[at]!) this.compressEntry(at, how);
    }
  }

  /** Takes over the other table's entries: under each name all values joined, or the other's last. httpd: apr_table_overlap */
  overlap(other: HeaderTable, how: 'merge' | 'set'): void {
    this.addAll(other);
    this.compress(how);
  }

  /** The entries as they go on the wire, `Name: value` and CR LF each; runs of untouched lines are cut out of the head they came in. */
  toLines(): string {
    if (this.unreadEnd >= 0) this.readLines();
    const { spans, text, strings } = this;
    let lines = '';
    for (let at = 0; at < spans.length; ) {
      const end = this.verbatimEnd(at);
      if (end > at) {
        lines += text.slice(spans[at]!, spans[end - 1]! + 2);
        at = end;
        continue;
      }
      const start = spans[at]!;
      if (spans[at + 1]! < start) {
        at += 4;
        continue;
      }
      if (start < 0) lines += `${strings[-1 - start]!}: ${strings[-start]!}\r\n`;
      else lines += `${this.nameAt(at)}: ${this.valueAt(at)}\r\n`;
      at += 4;
    }
    return lines;
  }

  /** Replaces the value of the entry that lies at this place in `spans`. For the codec, which unfolds lines. */
  replace(at: number, value: string): void {
    const { spans, strings } = this;
    const start = spans[at]!;
    if (start < 0) {
      strings[-start] = value;
      return;
    }
    const name = this.nameAt(at);
    const index = strings.push(name, value) - 2;
    spans[at] = -1 - index;
    spans[at + 1] = -1 - index + name.length;
    spans[at + 2] = 0;
    spans[at + 3] = 0;
  }

  private append(name: string, value: string): void {
    const index = this.strings.push(name, value) - 2;
    this.names = this.knownNames() | bitOf(name, 0, name.length);
    this.spans.push(-1 - index, -1 - index + name.length, 0, 0);
    this.count++;
  }

  private knownNames(): number {
    return this.names === 0 ? this.collectNames() : this.names;
  }

  private collectNames(): number {
    const { spans, strings, text } = this;
    let names = 0;
    for (let at = 0; at < spans.length; at += 4) {
      const start = spans[at]!;
      const length = spans[at + 1]! - start;
      if (length > 0)
        names |= start < 0 ? bitOf(strings[-1 - start]!, 0, length) : bitOf(text, start, length);
    }
    this.names = names;
    return names;
  }

  private nameAt(at: number): string {
    const start = this.spans[at]!;
    return start < 0 ? this.strings[-1 - start]! : this.text.slice(start, this.spans[at + 1]!);
  }

  private valueAt(at: number): string {
    const start = this.spans[at]!;
    return start < 0 ? this.strings[-start]! : this.text.slice(this.spans[at + 2]!, this.spans[at + 3]!);
  }

  /** The place in `spans` of the first entry with this name at or after `from`, or -1. */
  private find(name: string, from: number): number {
    if (this.unreadEnd >= 0) this.readLines();
    const { spans } = this;
    const length = name.length;
    // Most questions are for names that are not there.
    if ((this.knownNames() & bitOf(name, 0, length)) === 0) return -1;
    for (let at = from; at < spans.length; at += 4) {
      const start = spans[at]!;
      if (spans[at + 1]! - start !== length) continue;
      if (start < 0 ? isSameName(this.strings[-1 - start]!, 0, name) : isSameName(this.text, start, name))
        return at;
    }
    return -1;
  }

  private removeFrom(name: string, from: number): void {
    for (let at = this.find(name, from); at >= 0; at = this.find(name, at + 4)) {
      this.spans[at + 1] = this.spans[at]! - 1;
      this.count--;
    }
  }

  private compressEntry(at: number, how: 'merge' | 'set'): void {
    const name = this.nameAt(at);
    let value: string | undefined;
    for (let other = this.find(name, at + 4); other >= 0; other = this.find(name, other + 4)) {
      const added = this.valueAt(other);
      value = how === 'set' ? added : `${value ?? this.valueAt(at)}, ${added}`;
    }
    if (value === undefined) return;
    this.replace(at, value);
    this.removeFrom(name, at + 4);
  }

  /** The end in `spans` of the run of entries from `at` on that lie in the text side by side just as they are to be written. */
  private verbatimEnd(at: number): number {
    const { spans, text } = this;
    let end = at;
    for (let next = spans[at]!; end < spans.length && spans[end]! === next && next >= 0; end += 4) {
      const nameEnd = spans[end + 1]!;
      const valueEnd = spans[end + 3]!;
      if (spans[end + 2]! - nameEnd !== 2 || nameEnd < next || text.charCodeAt(nameEnd + 1) !== SPACE) break;
      if (text.charCodeAt(valueEnd) !== CR || text.charCodeAt(valueEnd + 1) !== LF) break;
      next = valueEnd + 2;
    }
    return end;
  }

  private readLines(): void {
    const end = this.unreadEnd;
    let at = this.unreadStart;
    this.unreadEnd = -1;
    while (at < end) {
      const newline = this.text.indexOf('\n', at);
      const next = newline < 0 || newline >= end ? end : newline + 1;
      this.readLine(at, next);
      at = next;
    }
  }

  /** Takes in one line: a field, the continuation of the one before, or, without a colon, nothing. */
  private readLine(start: number, next: number): void {
    const { text, spans } = this;
    let valueEnd = next;
    while (valueEnd > start && isLineSpace(text.charCodeAt(valueEnd - 1))) valueEnd--;
    const first = text.charCodeAt(start);
    if (first === SPACE || first === TAB) {
      if (spans.length > 0 && valueEnd > start)
        this.unfold(text.slice(start, valueEnd).replace(/^[ \t]+/, ''));
      return;
    }
    const colon = text.indexOf(':', start);
    if (colon < 0 || colon >= next || colon === start) return;
    let nameEnd = colon;
    while (nameEnd > start && isLineSpace(text.charCodeAt(nameEnd - 1))) nameEnd--;
    let valueStart = colon + 1;
    while (valueStart < valueEnd && isLineSpace(text.charCodeAt(valueStart))) valueStart++;
    // An empty value keeps its place behind the colon and its blank, so that it can be written verbatim.
    if (valueStart > valueEnd) valueEnd = valueStart;
    if (valueStart === valueEnd && valueStart === colon + 1 && text.charCodeAt(valueStart) === SPACE) {
      valueStart++;
      valueEnd++;
    }
    spans.push(start, nameEnd, valueStart, valueEnd);
    this.count++;
  }

  private unfold(continuation: string): void {
    const last = this.spans.length - 4;
    const value = this.valueAt(last);
    this.replace(last, value === '' ? continuation : `${value} ${continuation}`);
  }
}

/** One of 32 bits for a name at a place in a text, from its length and first letter in either case. */
function bitOf(text: string, start: number, length: number): number {
  return 1 << (length * 7 + (text.charCodeAt(start) | 32));
}

function isLineSpace(code: number): boolean {
  return code === SPACE || code === LF || code === CR || code === TAB;
}

/** Whether `text` has the name at this place, letters in either case. */
function isSameName(text: string, start: number, name: string): boolean {
  for (let index = 0; index < name.length; index++) {
    const ours = text.charCodeAt(start + index);
    const theirs = name.charCodeAt(index);
    if (ours === theirs) continue;
    const folded = ours | 32;
    if ((ours ^ theirs) !== 32 || folded < 97 || folded > 122) return false;
  }
  return true;
}
