import type { ConfigLine, Regex } from '@httpd-ts/kernel';
import type { BackReferenceEscape, Expansion } from './expansion.ts';
import type { Condition } from './read-condition.ts';

/** A RewriteRule. */
export interface Rule {
  readonly conditions: readonly Condition[];
  readonly hasWaitingConditions: boolean;
  readonly regex: Regex;
  /** As the log shows it. */
  readonly pattern: string;
  readonly negate: boolean;
  readonly output: Expansion;
  readonly outputText: string;
  readonly flags: RuleFlags;
  readonly escapeGroup: BackReferenceEscape | undefined;
  readonly definedAt: ConfigLine;
}

/** What stands in the brackets of a rule. */
export interface RuleFlags {
  caseless: boolean;
  /** No substitution: `-`, or a flag that answers with a status. */
  noSubstitution: boolean;
  status: number | undefined;
  redirect: number | undefined;
  chain: boolean;
  skip: number;
  last: boolean;
  end: boolean;
  nextRound: boolean;
  maximumRounds: number;
  noSubrequest: boolean;
  noEscape: boolean;
  passThrough: boolean;
  proxy: boolean;
  discardPathInfo: boolean;
  appendQuery: boolean;
  discardQuery: boolean;
  splitAtLast: boolean;
  /** The substitution has no query string and takes none over. */
  noQuery: boolean;
  allow3F: boolean;
  prefixStat: boolean;
  /** Slashes at the start of the result stay, however many. */
  keepSlashes: boolean;
  env: Expansion[];
  cookies: Expansion[];
  mimeType: Expansion | undefined;
  handler: Expansion | undefined;
}
