import type { LiteralAnalysis } from './literals.ts';
import type { GroupName, Pcre2Code } from './pcre2.ts';
import type { ExecOptions, Regex, RegexMatch } from './regex.ts';

/** A pattern in JavaScript's terms. */
export interface EqualRegExp {
  readonly source: string;
  /** Longer subjects might take too long in JavaScript. */
  readonly longestSubject: number;
}

/** The RegExp of a pattern, compiled; null for one that V8 finds too large. */
export function readyRegExp({ source }: EqualRegExp): RegExp | null {
  try {
    const regExp = new RegExp(source);
    regExp.test('');
    return regExp;
  } catch {
    return null;
  }
}

interface Parts {
  readonly source: string;
  readonly equal: EqualRegExp;
  readonly code: Pcre2Code;
  readonly groupCount: number;
  readonly groupNames: readonly GroupName[];
  readonly literals: LiteralAnalysis;
  /** The same pattern in PCRE2, of a code of its own. */
  readonly inPcre2: (code: Pcre2Code, regex: Regex) => Regex;
}

/**
 * A pattern that JavaScript matches as PCRE2 does; subjects it could take too long for still go to PCRE2. Of thousands
 * of patterns most are never tried, as an index knows that they cannot match: a RegExp is made when it is first needed.
 */
export class JavaScriptRegex implements Regex {
  readonly engine = 'javascript';
  lastError: string | null = null;
  readonly #parts: Parts;
  #regExp: RegExp | undefined;
  #withIndices: RegExp | undefined;
  #fallback: Regex | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get source(): string {
    return this.#parts.source;
  }

  get groupCount(): number {
    return this.#parts.groupCount;
  }

  get groupNames(): readonly GroupName[] {
    return this.#parts.groupNames;
  }

  get literals(): LiteralAnalysis {
    return this.#parts.literals;
  }

  exec(subject: string, options?: ExecOptions): RegexMatch | null {
    if (options?.notBol || options?.notEol || subject.length > this.#parts.equal.longestSubject) {
      return this.#pass((regex) => regex.exec(subject, options));
    }
    try {
      return this.#ready().exec(subject);
    } catch {
      return this.#pass((regex) => regex.exec(subject));
    }
  }

  execOffsets(subject: string, options?: ExecOptions): Int32Array | null {
    if (options?.notBol || options?.notEol || subject.length > this.#parts.equal.longestSubject) {
      return this.#pass((regex) => regex.execOffsets(subject, options));
    }
    try {
      this.#withIndices ??= new RegExp(this.#parts.equal.source, 'd');
      const match = this.#withIndices.exec(subject);
      return match === null ? null : offsetsOf(match.indices!);
    } catch {
      return this.#pass((regex) => regex.execOffsets(subject));
    }
  }

  test(subject: string, options?: ExecOptions): boolean {
    if (options?.notBol || options?.notEol || subject.length > this.#parts.equal.longestSubject) {
      return this.#pass((regex) => regex.test(subject, options));
    }
    try {
      return this.#ready().test(subject);
    } catch {
      return this.#pass((regex) => regex.test(subject));
    }
  }

  #ready(): RegExp {
    this.#regExp ??= new RegExp(this.#parts.equal.source);
    return this.#regExp;
  }

  #pass<Result>(call: (regex: Regex) => Result): Result {
    this.#fallback ??= this.#parts.inPcre2({ ...this.#parts.code }, this);
    const result = call(this.#fallback);
    this.lastError = this.#fallback.lastError;
    return result;
  }
}

function offsetsOf(indices: RegExpIndicesArray): Int32Array {
  const offsets = new Int32Array(2 * indices.length).fill(-1);
  indices.forEach((pair, group) => {
    if (pair !== undefined) offsets.set(pair, 2 * group);
  });
  return offsets;
}
