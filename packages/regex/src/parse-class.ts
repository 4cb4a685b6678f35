import { escapeBytes, escapeClasses, posixClasses } from './byte-classes.ts';
import { addAll, type ByteSet, byteSet, complement, withBothCases } from './byte-set.ts';
import { readCodedByte, type Scanner, UnreadPattern } from './scan-pattern.ts';

interface ClassReader extends Scanner {
  readonly caseless: boolean;
  readonly set: ByteSet;
}

/** One member of a class: a byte, which may begin a range, or a whole set. */
type Member = number | ByteSet;

/** The set a character class stands for; the scanner is just after its `[` and ends up after its `]`. */
export function parseClass(scanner: Scanner, caseless: boolean): ByteSet {
  const negated = scanner.text[scanner.at] === '^';
  const start = negated ? scanner.at + 1 : scanner.at;
  const reader: ClassReader = { text: scanner.text, at: start, caseless, set: byteSet() };
  do {
    const member = readMember(reader);
    if (typeof member === 'number') addRange(reader, member);
    else addAll(reader.set, member);
  } while (reader.text[reader.at] !== ']');
  scanner.at = reader.at + 1;
  return negated ? complement(reader.set) : reader.set;
}

function readMember(reader: ClassReader): Member {
  const char = reader.text[reader.at++];
  if (char === undefined) throw new UnreadPattern();
  if (char === '[') return readPosixClass(reader) ?? char.charCodeAt(0);
  return char === '\\' ? readEscape(reader) : char.charCodeAt(0);
}

function readEscape(reader: ClassReader): Member {
  const char = reader.text[reader.at++];
  if (char === undefined || char === 'Q' || char === 'E') throw new UnreadPattern();
  if (char === 'b') return 8;
  if (/[0-7]/.test(char)) return readOctal(reader);
  return escapeClasses.get(char) ?? escapeBytes.get(char) ?? readCodedByte(reader, char);
}

/** Inside a class a backslash and digits are always a code. */
function readOctal(reader: ClassReader): number {
  const digits = /[0-7]{1,3}/y;
  digits.lastIndex = reader.at - 1;
  const [text] = digits.exec(reader.text) ?? [''];
  reader.at = digits.lastIndex;
  const value = Number.parseInt(text, 8);
  if (value > 255) throw new UnreadPattern();
  return value;
}

function readPosixClass(reader: ClassReader): ByteSet | undefined {
  const syntax = /:(\^?)([a-z]+):\]/y;
  syntax.lastIndex = reader.at;
  const found = syntax.exec(reader.text);
  if (found === null) return undefined;
  const [, not, name] = found;
  const ignoresCase = reader.caseless && (name === 'upper' || name === 'lower');
  const set = posixClasses.get(ignoresCase ? 'alpha' : name!);
  if (set === undefined) throw new UnreadPattern();
  reader.at = syntax.lastIndex;
  return not === '^' ? complement(set) : set;
}

/** Adds the byte, or the range it begins; a hyphen before `]` or before a set is only a hyphen. */
function addRange(reader: ClassReader, first: number): void {
  const range = byteSet([first, readRangeEnd(reader) ?? first]);
  addAll(reader.set, reader.caseless ? withBothCases(range) : range);
}

function readRangeEnd(reader: ClassReader): number | undefined {
  const start = reader.at;
  if (reader.text[start] !== '-' || reader.text[start + 1] === ']') return undefined;
  reader.at++;
  const last = readMember(reader);
  if (typeof last === 'number') return last;
  reader.at = start;
  return undefined;
}
