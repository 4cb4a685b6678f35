import type { LiteralAnalysis } from './literals.ts';
import { type GroupName, matchError, matchOption, type Pcre2, type Pcre2Code } from './pcre2.ts';
import type { ExecOptions, Regex, RegexMatch } from './regex.ts';

/** What PCRE2 says of a match that ended without an answer. */
const matchErrorTexts: ReadonlyMap<number, string> = new Map([
  [-44, 'internal error - pattern overwritten?'],
  [-47, 'match limit exceeded'],
  [-48, 'no more memory'],
  [-52, 'nested recursion at the same subject position'],
  [-53, 'matching depth limit exceeded'],
  [-63, 'heap limit exceeded'],
]);

/** A pattern matched by PCRE2. */
export class Pcre2Regex implements Regex {
  readonly source: string;
  readonly groupCount: number;
  readonly groupNames: readonly GroupName[];
  readonly engine = 'pcre2';
  readonly literals: LiteralAnalysis;
  lastError: string | null = null;
  readonly #pcre2: Pcre2;
  readonly #code: Pcre2Code;

  constructor(pcre2: Pcre2, code: Pcre2Code, groupNames: readonly GroupName[], literals: LiteralAnalysis) {
    this.source = code.pattern;
    this.groupCount = code.groupCount;
    this.groupNames = groupNames;
    this.literals = literals;
    this.#pcre2 = pcre2;
    this.#code = code;
  }

  exec(subject: string, options?: ExecOptions): RegexMatch | null {
    const result = this.#match(subject, options);
    if (result < 0) return null;
    const { words, ovectorAt } = this.#pcre2;
    const match: (string | undefined)[] & { index?: number } = [];
    for (let group = 0; group <= this.groupCount; group++) {
      const start = group < result ? words[ovectorAt + 2 * group]! : -1;
      match.push(start < 0 ? undefined : subject.slice(start, words[ovectorAt + 2 * group + 1]));
    }
    match.index = words[ovectorAt]!;
    return match as unknown as RegexMatch;
  }

  execOffsets(subject: string, options?: ExecOptions): Int32Array | null {
    const result = this.#match(subject, options);
    if (result < 0) return null;
    const { words, ovectorAt } = this.#pcre2;
    const offsets = new Int32Array(2 * (this.groupCount + 1)).fill(-1);
    offsets.set(words.subarray(ovectorAt, ovectorAt + 2 * result));
    return offsets;
  }

  test(subject: string, options?: ExecOptions): boolean {
    return this.#match(subject, options) >= 0;
  }

  #match(subject: string, options: ExecOptions | undefined): number {
    const result = this.#pcre2.match(
      this.#code,
      subject,
      options === undefined ? 0 : matchOptionsOf(options),
    );
    this.lastError =
      result >= matchError.noMatch ? null : (matchErrorTexts.get(result) ?? `match error ${result}`);
    return result;
  }
}

function matchOptionsOf({ notBol, notEol }: ExecOptions): number {
  return (notBol ? matchOption.notBol : 0) | (notEol ? matchOption.notEol : 0);
}
