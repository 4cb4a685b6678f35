import { newline } from './byte-classes.ts';
import { anyByte, areDisjoint, type ByteSet, isFull, noByte, union } from './byte-set.ts';
import { childrenOf, minimumLength, type PatternNode, type RepeatNode } from './pattern-tree.ts';

/**
 * Steps that a failing match may take in JavaScript, which has no match limit of its own: some tenths of a second, as
 * long as PCRE2 takes here to reach its limit.
 */
const stepLimit = 2e8;

/** Steps of an unbroken search by PCRE2, each of which takes longer. */
const searchStepLimit = 1e7;

/** Subjects of a request line or a header must fit, else the pattern is better off on PCRE2 altogether. */
const shortestUsefulLimit = 4096;
const longestLimit = 1 << 20;

/** A counted group is followed through this many times at most. */
const unrollLimit = 16;

/** Of more branches than this it is not asked whether they exclude each other. */
const comparedBranches = 64;

/** What comes after a node, up to the end of the pattern. */
type Continuation = { readonly node: PatternNode; readonly next: Continuation } | null;

/**
 * The longest subject a pattern may be given in JavaScript so that it cannot run away: an upper bound of the steps of a
 * failing match is computed from the tree. 0 where no useful length is safe.
 */
export function safeSubjectLength(root: PatternNode): number {
  return longestWithin(root, stepLimit, shortestUsefulLimit);
}

/**
 * The longest subject that PCRE2 may search in one go. Its match limit is counted anew from each place where a match may
 * begin, so it does not bound the search.
 */
export function unbrokenSearchLength(root: PatternNode): number {
  return startsAnchored(root) ? Number.POSITIVE_INFINITY : longestWithin(root, searchStepLimit, 16);
}

function longestWithin(root: PatternNode, limit: number, shortest: number): number {
  const anchored = startsAnchored(root);
  let length = shortest;
  if (searchSteps(root, length, anchored) > limit) return 0;
  while (length < longestLimit && searchSteps(root, length * 2, anchored) <= limit) length *= 2;
  return length;
}

/** Whether a match can only begin at the start of the subject. */
export function startsAnchored(node: PatternNode): boolean {
  switch (node.kind) {
    case 'assertion':
      return node.asserts === 'start';
    case 'alternation':
      return node.branches.every(startsAnchored);
    case 'group':
      return startsAnchored(node.body);
    case 'sequence': {
      const first = node.parts.find((part) => part.kind !== 'look' && !isOtherAssertion(part));
      return first !== undefined && startsAnchored(first);
    }
    default:
      return false;
  }
}

function isOtherAssertion(node: PatternNode): boolean {
  return node.kind === 'assertion' && node.asserts !== 'start';
}

/** Whether the pattern begins by taking anything at all, so that a match, if there is one, begins at the start. */
export function startsWithAnything(node: PatternNode): boolean {
  switch (node.kind) {
    case 'repeat':
      return node.min === 0 && isUnbounded(node) && isAnyByte(node.body);
    case 'group':
      return startsWithAnything(node.body);
    case 'sequence':
      return node.parts.length > 0 && startsWithAnything(node.parts[0]!);
    case 'alternation':
      return node.branches.every(startsWithAnything);
    default:
      return false;
  }
}

function isAnyByte(node: PatternNode): boolean {
  return node.kind === 'set' && isFull(node.set);
}

/** Steps of a failing match: `fixed`, and `ways` times those of what follows. */
interface Steps {
  readonly fixed: number;
  readonly ways: number;
}

const oneStep: Steps = { fixed: 1, ways: 1 };

function searchSteps(root: PatternNode, length: number, anchored: boolean): number {
  const once = stepsOf(root, null, length).fixed;
  return anchored || startsWithAnything(root) ? once : (length + 1) * (once + 1);
}

function stepsOf(node: PatternNode, next: Continuation, length: number): Steps {
  switch (node.kind) {
    case 'sequence':
      return sequenceSteps(node.parts, next, length);
    case 'alternation':
      return alternationSteps(node.branches, next, length);
    case 'group':
      return followedBy(oneStep, stepsOf(node.body, next, length));
    case 'look':
      return { fixed: 1 + stepsOf(node.body, null, length).fixed, ways: 1 };
    case 'repeat':
      return node.body.kind === 'set'
        ? setRepeatSteps(node, node.body.set, next, length)
        : loopSteps(node, next, length);
    case 'other':
      return node.consumes ? { fixed: length, ways: length } : oneStep;
    default:
      return oneStep;
  }
}

function followedBy(one: Steps, other: Steps): Steps {
  return { fixed: one.fixed + one.ways * other.fixed, ways: one.ways * other.ways };
}

function sequenceSteps(parts: readonly PatternNode[], next: Continuation, length: number): Steps {
  let after = next;
  let total: Steps = { fixed: 0, ways: 1 };
  for (const part of parts.toReversed()) {
    const from: Continuation = { node: part, next: after };
    total = cannotFail(from) ? oneStep : followedBy(stepsOf(part, after, length), total);
    after = from;
  }
  return total;
}

function alternationSteps(branches: readonly PatternNode[], next: Continuation, length: number): Steps {
  const each = branches.map((branch) => stepsOf(branch, next, length));
  const ways = each.map((branch) => branch.ways);
  return {
    fixed: sum(each.map(({ fixed }) => fixed)),
    ways: areExclusive(branches, mayBegin(next)) ? Math.max(...ways) : sum(ways),
  };
}

function setRepeatSteps(node: RepeatNode, set: ByteSet, next: Continuation, length: number): Steps {
  const most = Math.min(node.max, length);
  if (cannotFail(next) || areDisjoint(set, mayBegin(next))) return { fixed: 2 * most + 1, ways: 1 };
  const ways = most - Math.min(node.min, most) + 1;
  return { fixed: most + ways, ways };
}

function loopSteps(node: RepeatNode, next: Continuation, length: number): Steps {
  if (node.max <= unrollLimit) return unrolledSteps(node, next, length);
  const inside = firstOf(node.body).set;
  const after = mayBegin(next);
  if (!isDecided(node.body, union(inside, after))) return { fixed: Number.POSITIVE_INFINITY, ways: 1 };
  const most = Math.min(node.max, Math.ceil(length / minimumLength(node.body)));
  const passes = 2 * (length + most * setCount(node.body));
  if (areDisjoint(inside, after)) return { fixed: passes, ways: 1 };
  return { fixed: passes + most + 1, ways: most + 1 };
}

function unrolledSteps(node: RepeatNode, next: Continuation, length: number): Steps {
  const pass = stepsOf(node.body, { node: { ...node, min: 0 }, next }, length);
  let total: Steps = { fixed: 0, ways: 1 };
  for (let left = node.max; left > 0; left--) {
    const { fixed, ways } = followedBy(pass, total);
    total = { fixed: fixed + 1, ways: ways + (left > node.min ? 1 : 0) };
  }
  return total;
}

/** Whether each choice inside is settled by the bytes ahead, so that there is one way through at most. */
function isDecided(node: PatternNode, follow: ByteSet): boolean {
  switch (node.kind) {
    case 'set':
    case 'assertion':
      return true;
    case 'group':
      return isDecided(node.body, follow);
    case 'sequence':
      return node.parts.every((part, index) => isDecided(part, followOf(node.parts, index, follow)));
    case 'alternation':
      return (
        areExclusive(node.branches, follow) && node.branches.every((branch) => isDecided(branch, follow))
      );
    case 'repeat': {
      const first = firstOf(node.body).set;
      if (node.min !== node.max && !areDisjoint(first, follow)) return false;
      return isDecided(node.body, union(first, follow));
    }
    case 'look':
      return !hasRepeat(node.body);
    default:
      return false;
  }
}

function hasRepeat(node: PatternNode): boolean {
  return node.kind === 'repeat' || childrenOf(node).some(hasRepeat);
}

function followOf(parts: readonly PatternNode[], index: number, follow: ByteSet): ByteSet {
  const { set, nullable } = firstOf({ kind: 'sequence', parts: parts.slice(index + 1) });
  return nullable ? union(set, follow) : set;
}

/** Whether at most one branch can match, whatever the subject. */
function areExclusive(branches: readonly PatternNode[], follow: ByteSet): boolean {
  if (branches.length > comparedBranches) return false;
  const heads = branches.map((branch) => headOf(branch, follow));
  return heads.every((head, index) => heads.slice(index + 1).every((other) => differSomewhere(head, other)));
}

function differSomewhere(one: readonly ByteSet[], other: readonly ByteSet[]): boolean {
  return one.some((set, index) => index < other.length && areDisjoint(set, other[index]!));
}

/** The sets a branch begins with, byte by byte, as far as they are fixed. */
function headOf(branch: PatternNode, follow: ByteSet): ByteSet[] {
  const parts = branch.kind === 'sequence' ? branch.parts : [branch];
  const fixed = parts.findIndex((part) => part.kind !== 'set');
  const head = parts.slice(0, fixed === -1 ? undefined : fixed).map((part) => (part as { set: ByteSet }).set);
  const tail = firstOf({ kind: 'sequence', parts: fixed === -1 ? [] : parts.slice(fixed) });
  return [...head, tail.nullable ? union(tail.set, follow) : tail.set];
}

/** The bytes a node may begin with, and whether it may match nothing. */
function firstOf(node: PatternNode): { set: ByteSet; nullable: boolean } {
  switch (node.kind) {
    case 'set':
      return { set: node.set, nullable: false };
    case 'group':
      return firstOf(node.body);
    case 'repeat': {
      const { set, nullable } = firstOf(node.body);
      return { set, nullable: nullable || node.min === 0 };
    }
    case 'alternation': {
      const firsts = node.branches.map(firstOf);
      return {
        set: firsts.reduce((all, { set }) => union(all, set), noByte),
        nullable: firsts.some(({ nullable }) => nullable),
      };
    }
    case 'sequence':
      return firstOfSequence(node.parts);
    case 'look':
      return { set: anyByte, nullable: true };
    default:
      return { set: noByte, nullable: true };
  }
}

function firstOfSequence(parts: readonly PatternNode[]): { set: ByteSet; nullable: boolean } {
  let set = noByte;
  for (const part of parts) {
    const first = firstOf(part);
    set = union(set, first.set);
    if (!first.nullable) return { set, nullable: false };
  }
  return { set, nullable: true };
}

/** The next bytes with which what follows is not refuted at once. */
function mayBegin(next: Continuation): ByteSet {
  let set = noByte;
  for (let after = next; after !== null; after = after.next) {
    if (after.node.kind === 'assertion' && after.node.asserts === 'end') return set;
    if (after.node.kind === 'assertion' && after.node.asserts === 'end-or-final-newline')
      return union(set, newline);
    const first = firstOf(after.node);
    set = union(set, first.set);
    if (!first.nullable) return set;
  }
  return anyByte;
}

/** Whether a match is certain from here: nothing follows that could fail, or only `.*` up to the end. */
function cannotFail(next: Continuation): boolean {
  if (next === null) return true;
  const { node, next: after } = next;
  if (node.kind === 'group') return cannotFail({ node: node.body, next: after });
  if (node.kind === 'sequence') return cannotFail(node.parts.reduceRight<Continuation>(chained, after));
  if (node.kind !== 'repeat' || node.min > 0) return false;
  return cannotFail(after) || (isAnyByte(node.body) && isUnbounded(node) && isEnd(after));
}

function chained(next: Continuation, node: PatternNode): Continuation {
  return { node, next };
}

function isUnbounded({ max }: RepeatNode): boolean {
  return max === Number.POSITIVE_INFINITY;
}

function isEnd(next: Continuation): boolean {
  return (
    next === null || (next.node.kind === 'assertion' && next.node.asserts === 'end' && next.next === null)
  );
}

function setCount(node: PatternNode): number {
  return node.kind === 'set' ? 1 : sum(childrenOf(node).map(setCount));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
