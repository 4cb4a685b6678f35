import type { LiteralAnalysis } from './literals.ts';
import type { GroupName } from './pcre2.ts';
import type { ExecOptions, Regex, RegexMatch } from './regex.ts';

interface Parts {
  readonly source: string;
  readonly regExp: RegExp;
  readonly groupCount: number;
  readonly groupNames: readonly GroupName[];
  readonly literals: LiteralAnalysis;
  /** Longer subjects might take too long in JavaScript. */
  readonly longestSubject: number;
  /** The same pattern in PCRE2, compiled when it is first needed. */
  readonly inPcre2: () => Regex;
}

/** A pattern that JavaScript matches as PCRE2 does; subjects it could take too long for still go to PCRE2. */
export class JavaScriptRegex implements Regex {
  readonly source: string;
  readonly groupCount: number;
  readonly groupNames: readonly GroupName[];
  readonly engine = 'javascript';
  readonly literals: LiteralAnalysis;
  lastError: string | null = null;
  readonly #regExp: RegExp;
  readonly #longestSubject: number;
  readonly #inPcre2: () => Regex;
  #withIndices: RegExp | undefined;
  #fallback: Regex | undefined;

  constructor(parts: Parts) {
    this.source = parts.source;
    this.groupCount = parts.groupCount;
    this.groupNames = parts.groupNames;
    this.literals = parts.literals;
    this.#regExp = parts.regExp;
    this.#longestSubject = parts.longestSubject;
    this.#inPcre2 = parts.inPcre2;
  }

  exec(subject: string, options?: ExecOptions): RegexMatch | null {
    if (options?.notBol || options?.notEol || subject.length > this.#longestSubject) {
      return this.#pass((regex) => regex.exec(subject, options));
    }
    try {
      return this.#regExp.exec(subject);
    } catch {
      return this.#pass((regex) => regex.exec(subject));
    }
  }

  execOffsets(subject: string, options?: ExecOptions): Int32Array | null {
    if (options?.notBol || options?.notEol || subject.length > this.#longestSubject) {
      return this.#pass((regex) => regex.execOffsets(subject, options));
    }
    try {
      this.#withIndices ??= new RegExp(this.#regExp.source, 'd');
      const match = this.#withIndices.exec(subject);
      return match === null ? null : offsetsOf(match.indices!);
    } catch {
      return this.#pass((regex) => regex.execOffsets(subject));
    }
  }

  test(subject: string, options?: ExecOptions): boolean {
    if (options?.notBol || options?.notEol || subject.length > this.#longestSubject) {
      return this.#pass((regex) => regex.test(subject, options));
    }
    try {
      return this.#regExp.test(subject);
    } catch {
      return this.#pass((regex) => regex.test(subject));
    }
  }

  #pass<Result>(call: (regex: Regex) => Result): Result {
    this.#fallback ??= this.#inPcre2();
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
