import { type PatternIndex, patternIndex } from '../pattern-index.ts';
import type { Rule } from './rule.ts';

/** Rules in order, with what is needed to visit only those that can match. */
export interface RuleList {
  readonly rules: readonly Rule[];
  /** Rules in a chain behind its first: whether they are visited depends on the one before. */
  readonly isChained: readonly boolean[];
  /** Undefined for a list so short that trying each rule is as quick. */
  readonly index: PatternIndex | undefined;
  /** Over the rules that hold for certain hosts only, which `index` leaves out. */
  readonly hosts: PatternIndex | undefined;
}

const shortList = 6;

/** Prepares rules for requests. */
export function ruleList(rules: readonly Rule[]): RuleList {
  const isChained = rules.map((_, i) => i > 0 && rules[i - 1]!.flags.chain);
  if (rules.length <= shortList) return { rules, isChained, index: undefined, hosts: undefined };
  const ofHosts = rules.map(hostLiteralsOf);
  const index = patternIndex(rules.map((rule, i) => (ofHosts[i] === undefined ? literalsOf(rule) : nothing)));
  const hosts = ofHosts.some((literals) => literals !== undefined)
    ? patternIndex(ofHosts.map((literals) => literals ?? nothing))
    : undefined;
  return { rules, isChained, index, hosts };
}

type Literals = Rule['regex']['literals'];

/** Of a pattern that matches no text. */
const nothing: Literals = {
  exact: [],
  prefixes: [''],
  suffixes: [''],
  required: [],
  anchored: false,
  caseless: false,
};

const literalsOf = ({ negate, regex }: Rule) => (negate ? undefined : regex.literals);

/** The hosts that a condition of the rule names, all others being out of the question. */
function hostLiteralsOf({ conditions }: Rule): Literals | undefined {
  for (const [i, { input, test, negate, orNext }] of conditions.entries()) {
    const stands = !negate && !orNext && conditions[i - 1]?.orNext !== true;
    if (!stands || test.kind !== 'regex' || test.regex.literals.exact === null) continue;
    const [piece] = input.pieces;
    if (input.pieces.length !== 1 || piece?.kind !== 'variable') continue;
    if (/^(?:HTTP_HOST|HTTP:Host)$/i.test(piece.variable.text)) return test.regex.literals;
  }
  return undefined;
}

/** Walks a list for a text, leaving out the rules that cannot match it. */
export interface RuleCursor {
  /** Place of the first rule at or behind `from` that has to be visited; the length of the list at its end. */
  next(from: number): number;
}

const visitAll: RuleCursor = { next: (from) => from };

const none: readonly number[] = [];

function inOrder(some: readonly number[], others: readonly number[]): readonly number[] {
  if (others.length === 0) return some;
  if (some.length === 0) return others;
  return [...some, ...others].sort((one, other) => one - other);
}

/** A cursor over the list for a text; over all of it where the log shows each pattern applied. */
export function ruleCursor(
  { rules, isChained, index, hosts }: RuleList,
  subject: string,
  host: () => string,
  showsAll: boolean,
): RuleCursor {
  if (index === undefined || showsAll) return visitAll;
  const candidates = inOrder(index.candidates(subject), hosts?.candidates(host()) ?? none);
  let at = 0;
  return {
    next(from) {
      if (isChained[from]) return from;
      while (at > 0 && candidates[at - 1]! >= from) at--;
      for (; at < candidates.length; at++) {
        const candidate = candidates[at]!;
        if (candidate >= from && !isChained[candidate]) return candidate;
      }
      return rules.length;
    },
  };
}
