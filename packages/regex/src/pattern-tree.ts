import type { ByteSet } from './byte-set.ts';

/** A pattern as a tree in which letter case, escapes and dot are spelled out as sets of bytes. */
export type PatternNode =
  | { readonly kind: 'set'; readonly set: ByteSet }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'alternation'; readonly branches: readonly PatternNode[] }
  | { readonly kind: 'group'; readonly captures: boolean; readonly body: PatternNode }
  | {
      readonly kind: 'look';
      readonly behind: boolean;
      readonly negative: boolean;
      readonly body: PatternNode;
    }
  | { readonly kind: 'assertion'; readonly asserts: Assertion }
  | RepeatNode
  /** Something only PCRE2 does: it may match any text, or only assert something. */
  | { readonly kind: 'other'; readonly consumes: boolean };

export interface RepeatNode {
  readonly kind: 'repeat';
  readonly body: PatternNode;
  readonly min: number;
  /** Infinity when unbounded. */
  readonly max: number;
  readonly lazy: boolean;
}

export type Assertion = 'start' | 'end' | 'end-or-final-newline' | 'word-boundary' | 'no-word-boundary';

export interface PatternTree {
  readonly root: PatternNode;
  /** Holds something that means another thing, or nothing, in JavaScript. */
  readonly needsPcre2: boolean;
  /** Some of it ignores case. */
  readonly caseless: boolean;
}

/** The fewest bytes a node matches. */
export function minimumLength(node: PatternNode): number {
  switch (node.kind) {
    case 'set':
      return 1;
    case 'sequence':
      return node.parts.reduce((sum, part) => sum + minimumLength(part), 0);
    case 'alternation':
      return Math.min(...node.branches.map(minimumLength));
    case 'group':
      return minimumLength(node.body);
    case 'repeat':
      return node.min === 0 ? 0 : node.min * minimumLength(node.body);
    default:
      return 0;
  }
}

/** Whether a node can match nothing at any place; a `?` after it then changes nothing. */
export function matchesNothingToo(node: PatternNode): boolean {
  switch (node.kind) {
    case 'repeat':
      return node.min === 0 || matchesNothingToo(node.body);
    case 'group':
      return matchesNothingToo(node.body);
    case 'sequence':
      return node.parts.every(matchesNothingToo);
    case 'alternation':
      return node.branches.some(matchesNothingToo);
    default:
      return false;
  }
}

/** The parts directly inside a node. */
export function childrenOf(node: PatternNode): readonly PatternNode[] {
  switch (node.kind) {
    case 'sequence':
      return node.parts;
    case 'alternation':
      return node.branches;
    case 'group':
    case 'look':
    case 'repeat':
      return [node.body];
    default:
      return [];
  }
}
