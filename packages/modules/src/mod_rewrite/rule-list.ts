import { type PatternIndex, patternIndex } from '../pattern-index.ts';
import type { Rule } from './rule.ts';

/** Rules in order, with what is needed to visit only those that can match. */
export interface RuleList {
  readonly rules: readonly Rule[];
  /** Rules in a chain behind its first: whether they are visited depends on the one before. */
  readonly isChained: readonly boolean[];
  /** Undefined for a list so short that trying each rule is as quick. */
  readonly index: PatternIndex | undefined;
}

const shortList = 6;

/** Prepares rules for requests. */
export function ruleList(rules: readonly Rule[]): RuleList {
  const isChained = rules.map((_, i) => i > 0 && rules[i - 1]!.flags.chain);
  const index = rules.length <= shortList ? undefined : patternIndex(rules.map(literalsOf));
  return { rules, isChained, index };
}

const literalsOf = ({ negate, regex }: Rule) => (negate ? undefined : regex.literals);

/** Walks a list for a text, leaving out the rules that cannot match it. */
export interface RuleCursor {
  /** Place of the first rule at or behind `from` that has to be visited; the length of the list at its end. */
  next(from: number): number;
}

const visitAll: RuleCursor = { next: (from) => from };

/** A cursor over the list for a text; over all of it where the log shows each pattern applied. */
export function ruleCursor(
  { rules, isChained, index }: RuleList,
  subject: string,
  showsAll: boolean,
): RuleCursor {
  if (index === undefined || showsAll) return visitAll;
  const candidates = index.candidates(subject);
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
