import { escapeBytes, escapeClasses, notNewline } from './byte-classes.ts';
import { anyByte, byteSet, withBothCases } from './byte-set.ts';
import { parseClass } from './parse-class.ts';
import { type Assertion, matchesNothingToo, type PatternNode, type PatternTree } from './pattern-tree.ts';
import { readCodedByte, type Scanner, UnreadPattern } from './scan-pattern.ts';

/** How a pattern is read; `(?i)` and its like change it up to the end of their group. */
interface Mode {
  readonly caseless: boolean;
  readonly dotAll: boolean;
  readonly multiline: boolean;
}

export interface ParseOptions extends Mode {
  readonly dollarEndOnly: boolean;
}

interface Parser extends Scanner {
  readonly dollarEndOnly: boolean;
  mode: Mode;
  needsPcre2: boolean;
  caseless: boolean;
}

/** The tree of a pattern that PCRE2 accepts, or null where its meaning takes more than this parser knows. */
export function parsePattern(pattern: string, options: ParseOptions): PatternTree | null {
  const { caseless, dotAll, multiline, dollarEndOnly } = options;
  const mode = { caseless, dotAll, multiline };
  const parser: Parser = { text: pattern, at: 0, dollarEndOnly, mode, needsPcre2: false, caseless };
  try {
    const root = parseAlternation(parser);
    return parser.at < pattern.length
      ? null
      : { root, needsPcre2: parser.needsPcre2, caseless: parser.caseless };
  } catch (error) {
    if (error instanceof UnreadPattern) return null;
    throw error;
  }
}

/** Branches up to the end of the group or pattern. */
function parseAlternation(parser: Parser): PatternNode {
  const branches = [parseSequence(parser)];
  while (parser.text[parser.at] === '|') {
    parser.at++;
    branches.push(parseSequence(parser));
  }
  return branches.length === 1 ? branches[0]! : { kind: 'alternation', branches };
}

function parseSequence(parser: Parser): PatternNode {
  const parts: PatternNode[] = [];
  while (parser.at < parser.text.length && !'|)'.includes(parser.text[parser.at]!)) {
    const items = parseItems(parser);
    const last = items.pop();
    parts.push(...items);
    if (last === undefined) refuseQuantifier(parser);
    else parts.push(parseQuantifier(parser, last));
  }
  return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts };
}

/** The next item; several for `\Q...\E`, none for a comment or a change of mode. */
function parseItems(parser: Parser): PatternNode[] {
  const char = parser.text[parser.at++]!;
  switch (char) {
    case '\\':
      return parseEscape(parser);
    case '(':
      return parseParenthesis(parser);
    case '[':
      return [parseClassItem(parser)];
    case '^':
      return [parser.mode.multiline ? onlyPcre2(parser, false) : assertion('start')];
    case '$':
      return [dollar(parser)];
    case '.':
      return [{ kind: 'set', set: parser.mode.dotAll ? anyByte : notNewline }];
    default:
      return [literal(parser, char.charCodeAt(0))];
  }
}

function dollar(parser: Parser): PatternNode {
  if (parser.mode.multiline) return onlyPcre2(parser, false);
  return assertion(parser.dollarEndOnly ? 'end' : 'end-or-final-newline');
}

function assertion(asserts: Assertion): PatternNode {
  return { kind: 'assertion', asserts };
}

function literal(parser: Parser, byte: number): PatternNode {
  const set = byteSet([byte, byte]);
  return { kind: 'set', set: parser.mode.caseless ? withBothCases(set) : set };
}

function onlyPcre2(parser: Parser, consumes: boolean): PatternNode {
  parser.needsPcre2 = true;
  return { kind: 'other', consumes };
}

function parseClassItem(parser: Parser): PatternNode {
  if (/\[:[<>]:\]\]/y.test(parser.text.slice(parser.at))) throw new UnreadPattern();
  return { kind: 'set', set: parseClass(parser, parser.mode.caseless) };
}

const assertionEscapes: ReadonlyMap<string, Assertion> = new Map([
  ['A', 'start'],
  ['z', 'end'],
  ['Z', 'end-or-final-newline'],
  ['b', 'word-boundary'],
  ['B', 'no-word-boundary'],
]);

function parseEscape(parser: Parser): PatternNode[] {
  const char = parser.text[parser.at++];
  if (char === undefined) throw new UnreadPattern();
  const set = escapeClasses.get(char);
  if (set !== undefined) return [{ kind: 'set', set }];
  const asserts = assertionEscapes.get(char);
  if (asserts !== undefined) return [assertion(asserts)];
  if (char === 'Q') return parseQuoted(parser);
  if (char === 'E') return [];
  if (char === 'N') return [{ kind: 'set', set: notNewline }];
  if (char === 'C') return [{ kind: 'set', set: anyByte }];
  return [parseOtherEscape(parser, char)];
}

function parseQuoted(parser: Parser): PatternNode[] {
  const end = parser.text.indexOf('\\E', parser.at);
  const quoted = parser.text.slice(parser.at, end === -1 ? undefined : end);
  parser.at = end === -1 ? parser.text.length : end + 2;
  return Array.from(quoted, (char) => literal(parser, char.charCodeAt(0)));
}

function parseOtherEscape(parser: Parser, char: string): PatternNode {
  if (char === 'K' || char === 'G') return onlyPcre2(parser, false);
  if (char === 'R' || char === 'X') return onlyPcre2(parser, true);
  if (char === 'p' || char === 'P') return parseReference(parser, /\{[^}]*\}|[A-Z]/y);
  if (char === 'g') return parseReference(parser, /\{[^}]*\}|<[^>]*>|'[^']*'|[+-]?\d+/y);
  if (char === 'k') return parseReference(parser, /\{[^}]*\}|<[^>]*>|'[^']*'/y);
  if (char >= '1' && char <= '9') return parseBackReference(parser);
  const byte = escapeBytes.get(char) ?? readCodedByte(parser, char);
  return literal(parser, byte);
}

function parseReference(parser: Parser, rest: RegExp): PatternNode {
  rest.lastIndex = parser.at;
  if (!rest.test(parser.text)) throw new UnreadPattern();
  parser.at = rest.lastIndex;
  return onlyPcre2(parser, true);
}

/** `\1` to `\9` are always references; what more digits mean depends on the number of groups. */
function parseBackReference(parser: Parser): PatternNode {
  if (/\d/.test(parser.text[parser.at] ?? '')) throw new UnreadPattern();
  return onlyPcre2(parser, true);
}

function parseParenthesis(parser: Parser): PatternNode[] {
  if (parser.text[parser.at] === '*') throw new UnreadPattern();
  if (parser.text[parser.at] !== '?') return [parseGroup(parser, true)];
  const opening = /\?(?:#[^)]*\)|[:>=!]|<[=!]|P?<\w+>|'\w+'|([a-zJ-]*)([:)]))/y;
  opening.lastIndex = parser.at;
  const found = opening.exec(parser.text);
  if (found === null) throw new UnreadPattern();
  parser.at = opening.lastIndex;
  const [text, flags, after] = found;
  if (text.startsWith('?#')) return [];
  if (text === '?:') return [parseGroup(parser, false)];
  if (after !== undefined) return parseModeChange(parser, flags!, after);
  return [parseSpecialGroup(parser, text)];
}

function parseSpecialGroup(parser: Parser, opening: string): PatternNode {
  const behind = opening.startsWith('?<');
  switch (opening) {
    case '?>':
      parser.needsPcre2 = true;
      return parseGroup(parser, false);
    case '?=':
    case '?!':
    case '?<=':
    case '?<!':
      parser.needsPcre2 ||= behind;
      return { kind: 'look', behind, negative: opening.endsWith('!'), body: parseGroupBody(parser) };
    default:
      return parseGroup(parser, true);
  }
}

function parseGroup(parser: Parser, captures: boolean): PatternNode {
  return { kind: 'group', captures, body: parseGroupBody(parser) };
}

function parseGroupBody(parser: Parser): PatternNode {
  const { mode } = parser;
  const body = parseAlternation(parser);
  if (parser.text[parser.at] !== ')') throw new UnreadPattern();
  parser.at++;
  parser.mode = mode;
  return body;
}

/** `(?i)` holds to the end of the group it stands in, `(?i:...)` inside its own. */
function parseModeChange(parser: Parser, flags: string, after: string): PatternNode[] {
  const outer = parser.mode;
  parser.mode = changedMode(outer, flags);
  parser.caseless ||= parser.mode.caseless;
  if (after === ')') return [];
  const group = parseGroup(parser, false);
  parser.mode = outer;
  return [group];
}

function changedMode(mode: Mode, flags: string): Mode {
  const changed = { ...mode };
  let value = true;
  for (const flag of flags) {
    if (flag === '-') value = false;
    else if (flag === 'i') changed.caseless = value;
    else if (flag === 's') changed.dotAll = value;
    else if (flag === 'm') changed.multiline = value;
    else if (flag !== 'J') throw new UnreadPattern();
  }
  return changed;
}

const quantifier = /(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})([?+]?)/y;

function parseQuantifier(parser: Parser, body: PatternNode): PatternNode {
  quantifier.lastIndex = parser.at;
  const found = quantifier.exec(parser.text);
  if (found === null) return body;
  parser.at = quantifier.lastIndex;
  refuseQuantifier(parser);
  const [, sign, least, comma, most, kind] = found;
  if (kind === '+') parser.needsPcre2 = true;
  const min = sign === undefined ? Number(least) : sign === '+' ? 1 : 0;
  const max =
    sign === undefined ? boundedMaximum(min, comma, most) : sign === '?' ? 1 : Number.POSITIVE_INFINITY;
  // PCRE2 takes the second branch of `(a|^b){0}c` for the beginning of what follows, and so must we.
  if (max === 0 && body.kind !== 'set') throw new UnreadPattern();
  if (max === 1 && kind === '' && matchesNothingToo(body)) return body;
  if (body.kind === 'look' || body.kind === 'assertion' || body.kind === 'other') parser.needsPcre2 = true;
  return { kind: 'repeat', body, min, max, lazy: kind === '?' };
}

/** `{n}`, `{n,}` or `{n,m}`. */
function boundedMaximum(min: number, comma: string | undefined, most: string | undefined): number {
  if (comma === undefined) return min;
  return most === '' || most === undefined ? Number.POSITIVE_INFINITY : Number(most);
}

/** A quantifier after a comment, a change of mode or another quantifier is left to PCRE2. */
function refuseQuantifier(parser: Parser): void {
  quantifier.lastIndex = parser.at;
  if (quantifier.test(parser.text)) throw new UnreadPattern();
}
