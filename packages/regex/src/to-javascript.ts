import { type ByteSet, bytesOf, complement, isFull } from './byte-set.ts';
import { childrenOf, minimumLength, type PatternNode, type RepeatNode } from './pattern-tree.ts';

/** V8 copies a counted group out; beyond this many nodes a pattern is left to PCRE2. */
const sizeLimit = 2000;

/**
 * Whether JavaScript finds the same match and the same captures. Two differences matter: an iteration of a repeat clears
 * the captures inside it in JavaScript and keeps them in PCRE2, and an iteration that matches nothing ends a repeat in
 * PCRE2 but is undone in JavaScript.
 */
export function isSameInJavaScript(root: PatternNode): boolean {
  return nodesWhenUnrolled(root) <= sizeLimit && hasOnlyEqualParts(root);
}

function hasOnlyEqualParts(node: PatternNode): boolean {
  if (node.kind === 'other') return false;
  // PCRE2 misses some matches of `(?=a)a*a` (it takes the asserted byte for one that is used up), and so must we.
  if (node.kind === 'look' && !node.negative) return false;
  if (node.kind === 'repeat' && !isEqualRepeat(node)) return false;
  return childrenOf(node).every(hasOnlyEqualParts);
}

function isEqualRepeat({ body, max }: RepeatNode): boolean {
  if (body.kind === 'set') return true;
  if (body.kind === 'assertion' || body.kind === 'look' || minimumLength(body) === 0) return false;
  return max <= 1 || everyPassSetsItsCaptures(body);
}

/** Then clearing them at the start of an iteration cannot be seen: there are no back-references in the subset. */
function everyPassSetsItsCaptures(node: PatternNode): boolean {
  switch (node.kind) {
    case 'alternation':
    case 'look':
      return !hasCaptures(node);
    case 'repeat':
      return node.min === 0 ? !hasCaptures(node) : everyPassSetsItsCaptures(node.body);
    default:
      return childrenOf(node).every(everyPassSetsItsCaptures);
  }
}

function hasCaptures(node: PatternNode): boolean {
  return (node.kind === 'group' && node.captures) || childrenOf(node).some(hasCaptures);
}

function nodesWhenUnrolled(node: PatternNode): number {
  const inside = childrenOf(node).reduce((sum, child) => sum + nodesWhenUnrolled(child), 0);
  if (node.kind !== 'repeat') return 1 + inside;
  return inside * Math.max(1, Number.isFinite(node.max) ? node.max : node.min);
}

/** The source of a RegExp without flags that matches as the tree says. */
export function toJavaScript(node: PatternNode): string {
  switch (node.kind) {
    case 'set':
      return printSet(node.set);
    case 'sequence':
      return node.parts.map(printPart).join('');
    case 'alternation':
      return node.branches.map(toJavaScript).join('|');
    case 'group':
      return `(${node.captures ? '' : '?:'}${toJavaScript(node.body)})`;
    case 'look':
      return `(?${node.negative ? '!' : '='}${toJavaScript(node.body)})`;
    case 'assertion':
      return assertions[node.asserts];
    case 'repeat':
      return printRepeated(node.body) + printQuantifier(node);
    case 'other':
      throw new TypeError('not in the common subset');
  }
}

const assertions = {
  start: '^',
  end: '$',
  'end-or-final-newline': '(?=\\n?$)',
  'word-boundary': '\\b',
  'no-word-boundary': '\\B',
} as const;

function printPart(node: PatternNode): string {
  return node.kind === 'alternation' ? `(?:${toJavaScript(node)})` : toJavaScript(node);
}

function printRepeated(node: PatternNode): string {
  const text = toJavaScript(node);
  return node.kind === 'set' || node.kind === 'group' ? text : `(?:${text})`;
}

function printQuantifier({ min, max, lazy }: RepeatNode): string {
  const least = `{${min},${max === Number.POSITIVE_INFINITY ? '' : max}}`;
  const short = { '{0,}': '*', '{1,}': '+', '{0,1}': '?' }[least];
  return (short ?? least) + (lazy ? '?' : '');
}

function printSet(set: ByteSet): string {
  if (isFull(set)) return '[^]';
  const bytes = bytesOf(set);
  if (bytes.length === 1) return printByte(bytes[0]!);
  return bytes.length <= 128 ? `[${printRanges(bytes)}]` : `[^${printRanges(bytesOf(complement(set)))}]`;
}

function printRanges(bytes: readonly number[]): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    let end = at;
    while (bytes[end + 1] === bytes[end]! + 1) end++;
    text += printByte(bytes[at]!) + (end > at ? `-${printByte(bytes[end]!)}` : '');
    at = end + 1;
  }
  return text;
}

function printByte(byte: number): string {
  const char = String.fromCharCode(byte);
  return /[0-9A-Za-z_/]/.test(char) ? char : `\\x${byte.toString(16).padStart(2, '0')}`;
}
