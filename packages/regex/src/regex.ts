import type { LiteralAnalysis } from './literals.ts';
import type { GroupName } from './pcre2.ts';

/** How a pattern is compiled: Apache's AP_REG_* flags that mean something (EXTENDED and NOSUB do nothing there). */
export interface RegexOptions {
  /** AP_REG_ICASE: of ASCII letters only. */
  readonly caseless?: boolean;
  /** AP_REG_NEWLINE: `^` and `$` match at inner newlines too. */
  readonly multiline?: boolean;
  /** AP_REG_DOTALL: a dot matches a newline too. On unless set to false, as in Apache. */
  readonly dotAll?: boolean;
  /** AP_REG_DOLLAR_ENDONLY: `$` does not match before a final newline. On unless set to false, as in Apache. */
  readonly dollarEndOnly?: boolean;
}

/** AP_REG_NOTBOL and AP_REG_NOTEOL: the subject's start or end is not that of a line. */
export interface ExecOptions {
  readonly notBol?: boolean;
  readonly notEol?: boolean;
}

/** Why a pattern cannot be compiled. */
export interface RegexError {
  readonly kind: 'regex-error';
  /** PCRE2's error number. */
  readonly code: number;
  /** PCRE2's sentence, as 10.42 words it. */
  readonly message: string;
  /** How far into the pattern PCRE2 had read. */
  readonly offset: number;
}

/** The text of the match at 0, then of each group, undefined where a group took no part; `index` is where it begins. */
export interface RegexMatch extends ReadonlyArray<string | undefined> {
  readonly 0: string;
  readonly index: number;
}

/** A compiled pattern. Subjects are strings of bytes. */
export interface Regex {
  readonly source: string;
  readonly groupCount: number;
  /** In PCRE2's order, which is by name; a name may stand for more than one group. */
  readonly groupNames: readonly GroupName[];
  /** Where subjects of ordinary length are matched. */
  readonly engine: 'javascript' | 'pcre2';
  readonly literals: LiteralAnalysis;
  /** Why the last call ended without an answer (it then answered no match): PCRE2's sentence; else null. */
  readonly lastError: string | null;
  /** The first match, or null. */
  exec(subject: string, options?: ExecOptions): RegexMatch | null;
  /** Where the first match and its groups begin and end, pair by pair, -1 where a group took no part; or null. */
  execOffsets(subject: string, options?: ExecOptions): Int32Array | null;
  /** Whether there is a match. */
  test(subject: string, options?: ExecOptions): boolean;
}

/** Compiles patterns as Apache does. */
export interface RegexEngine {
  compile(pattern: string, options?: RegexOptions): Regex | RegexError;
  /** Bytes of memory PCRE2 holds at present. */
  readonly memoryBytes: number;
}
