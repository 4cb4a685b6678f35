import { startsAnchored } from './backtracking.ts';
import { type ByteSet, bytesOf, hasByte, withBothCases } from './byte-set.ts';
import { childrenOf, type PatternNode, type PatternTree, type RepeatNode } from './pattern-tree.ts';

/** What the text of a pattern says of every subject it matches: enough for an index to know which rules may match. */
export interface LiteralAnalysis {
  /** A match can only begin at the start of the subject. */
  readonly anchored: boolean;
  /** Each subject that matches begins with one of these; `['']` when nothing is known. */
  readonly prefixes: readonly string[];
  /** Each subject that matches ends with one of these; `['']` when nothing is known. */
  readonly suffixes: readonly string[];
  /** Each subject that matches contains one of these; `['']` when nothing is known. */
  readonly required: readonly string[];
  /** Exactly these subjects match, or null. */
  readonly exact: readonly string[] | null;
  /** The literals above are in lower case, and are to be compared with the lower-cased (ASCII) subject. */
  readonly caseless: boolean;
}

/** What is known of the texts one node matches. */
interface Texts {
  /** All of them, or null when they are many. */
  readonly exact: readonly string[] | null;
  readonly prefixes: readonly string[];
  readonly suffixes: readonly string[];
  readonly required: readonly string[];
}

const textLimit = 32;
const setLimit = 8;
const copyLimit = 8;
const lengthLimit = 256;

/** Of a list that says nothing. Thousands of patterns share it. */
const anyText: readonly string[] = [''];

const unknown: Texts = { exact: null, prefixes: anyText, suffixes: anyText, required: anyText };
const empty: Texts = { exact: anyText, prefixes: anyText, suffixes: anyText, required: anyText };

/** What is known when a pattern could not be read. */
export const nothingKnown: LiteralAnalysis = {
  anchored: false,
  prefixes: anyText,
  suffixes: anyText,
  required: anyText,
  exact: null,
  caseless: false,
};

/** The literals of a pattern. */
export function analyseLiterals({ root, caseless }: PatternTree): LiteralAnalysis {
  const texts = textsOf(root, caseless);
  const anchored = startsAnchored(root);
  return {
    anchored,
    prefixes: anchored ? known(texts.prefixes) : anyText,
    suffixes: endsAnchored(root) ? known(texts.suffixes) : anyText,
    required: known(texts.required),
    exact: isWholeSubject(root) ? texts.exact : null,
    caseless,
  };
}

function textsOf(node: PatternNode, caseless: boolean): Texts {
  switch (node.kind) {
    case 'set':
      return textsOfSet(node.set, caseless);
    case 'sequence':
      return node.parts.reduce<Texts>((texts, part) => concatenated(texts, textsOf(part, caseless)), empty);
    case 'alternation':
      return node.branches.map((branch) => textsOf(branch, caseless)).reduce(either);
    case 'group':
      return textsOf(node.body, caseless);
    case 'repeat':
      return textsOfRepeat(node, caseless);
    case 'other':
      return node.consumes ? unknown : empty;
    default:
      return empty;
  }
}

function textsOfSet(set: ByteSet, caseless: boolean): Texts {
  const bytes = bytesOf(set);
  // At most two bytes, a letter's cases, are one text.
  if (bytes.length > 2 * setLimit) return unknown;
  const texts = [...new Set(bytes.map((byte) => textOfByte(byte, caseless)))];
  if (texts.length > setLimit) return unknown;
  const isWhole = !caseless || isCaseClosed(set);
  return { exact: isWhole ? texts : null, prefixes: texts, suffixes: texts, required: texts };
}

function textOfByte(byte: number, caseless: boolean): string {
  const text = String.fromCharCode(byte);
  return caseless && byte < 0x80 ? text.toLowerCase() : text;
}

function isCaseClosed(set: ByteSet): boolean {
  return bytesOf(withBothCases(set)).every((byte) => hasByte(set, byte));
}

function textsOfRepeat({ body, min, max }: RepeatNode, caseless: boolean): Texts {
  const texts = textsOf(body, caseless);
  if (min === 0) return max === 1 ? either(empty, texts) : unknown;
  const copies = Math.min(min, copyLimit);
  let repeated = texts;
  for (let copy = 1; copy < copies; copy++) repeated = concatenated(repeated, texts);
  return max === copies ? repeated : ended(concatenated(repeated, unknown), texts);
}

/** More copies follow, the last of which ends as each does. */
function ended(texts: Texts, last: Texts): Texts {
  return { ...texts, suffixes: last.suffixes };
}

function concatenated(one: Texts, other: Texts): Texts {
  const joint = crossed(one.suffixes, other.prefixes) ?? anyText;
  return {
    exact: one.exact && other.exact ? crossed(one.exact, other.exact) : null,
    prefixes: (one.exact && crossed(one.exact, other.prefixes)) ?? one.prefixes,
    suffixes: (other.exact && crossed(one.suffixes, other.exact)) ?? other.suffixes,
    required: [joint, one.required, other.required].reduce(moreTelling),
  };
}

function either(one: Texts, other: Texts): Texts {
  return {
    exact: one.exact && other.exact ? limited([...one.exact, ...other.exact]) : null,
    prefixes: limited([...one.prefixes, ...other.prefixes]) ?? anyText,
    suffixes: limited([...one.suffixes, ...other.suffixes]) ?? anyText,
    required: limited([...one.required, ...other.required]) ?? anyText,
  };
}

/** The list whose shortest text is longer, then the list with fewer texts. */
function moreTelling(one: readonly string[], other: readonly string[]): readonly string[] {
  const difference = shortest(one) - shortest(other);
  if (difference !== 0) return difference > 0 ? one : other;
  return one.length <= other.length ? one : other;
}

function shortest(texts: readonly string[]): number {
  return Math.min(...texts.map((text) => text.length));
}

function crossed(starts: readonly string[], ends: readonly string[]): readonly string[] | null {
  if (starts.length * ends.length > textLimit) return null;
  const texts = starts.flatMap((start) => ends.map((end) => start + end));
  return texts.some((text) => text.length > lengthLimit) ? null : limited(texts);
}

function limited(texts: readonly string[]): readonly string[] | null {
  const different = [...new Set(texts)];
  return different.length > textLimit ? null : different;
}

/** An empty list would say that nothing matches, and one with an empty text says nothing. */
function known(texts: readonly string[]): readonly string[] {
  return texts.length === 0 || texts.includes('') ? anyText : texts;
}

function endsAnchored(node: PatternNode): boolean {
  switch (node.kind) {
    case 'assertion':
      return node.asserts === 'end';
    case 'alternation':
      return node.branches.every(endsAnchored);
    case 'group':
      return endsAnchored(node.body);
    case 'sequence':
      return node.parts.length > 0 && endsAnchored(node.parts.at(-1)!);
    default:
      return false;
  }
}

/** Nothing but text between a `^` and a `$`, in each branch: then the texts are the subjects. */
function isWholeSubject(node: PatternNode): boolean {
  if (node.kind === 'alternation') return node.branches.every(isWholeSubject);
  if (node.kind === 'group') return isWholeSubject(node.body);
  if (node.kind !== 'sequence' || node.parts.length < 2) return false;
  const [first, ...rest] = node.parts;
  const last = rest.pop()!;
  return isAssertion(first!, 'start') && isAssertion(last, 'end') && rest.every(isOnlyText);
}

function isAssertion(node: PatternNode, asserts: string): boolean {
  return node.kind === 'assertion' && node.asserts === asserts;
}

function isOnlyText(node: PatternNode): boolean {
  if (node.kind === 'assertion' || node.kind === 'look' || node.kind === 'other') return false;
  return childrenOf(node).every(isOnlyText);
}
