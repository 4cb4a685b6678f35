import { safeSubjectLength, startsWithAnything, unbrokenSearchLength } from './backtracking.ts';
import { type EqualRegExp, JavaScriptRegex, readyRegExp } from './javascript-regex.ts';
import { analyseLiterals, nothingKnown } from './literals.ts';
import { parsePattern } from './parse-pattern.ts';
import type { PatternTree } from './pattern-tree.ts';
import { compileOption, Pcre2, type Pcre2Code } from './pcre2.ts';
import { Pcre2Regex } from './pcre2-regex.ts';
import { compileStrictly } from './refused-patterns.ts';
import type { Regex, RegexEngine, RegexError, RegexOptions } from './regex.ts';
import { isSameInJavaScript, toJavaScript } from './to-javascript.ts';

/** The engine over the bytes of `@stephen-riley/pcre2-wasm/dist/libpcre2.wasm`, which are compiled when first needed. */
export function createRegexEngine(wasm: Uint8Array): RegexEngine {
  const pcre2 = new Pcre2(wasm);
  const dropped = new FinalizationRegistry((code: Pcre2Code) => pcre2.free(code));
  const compilePattern = patternCompiler(pcre2, dropped);
  // Thousands of virtual hosts have the same few patterns.
  const inUse = new Map<number, Map<string, WeakRef<Regex>>>();
  const outOfUse = new FinalizationRegistry(({ kept, pattern }: KeptUnder) => {
    if (kept.get(pattern)?.deref() === undefined) kept.delete(pattern);
  });
  return {
    compile(pattern, options = {}) {
      const wanted = pcre2Options(options);
      const kept = inUse.get(wanted) ?? new Map<string, WeakRef<Regex>>();
      const known = kept.get(pattern)?.deref();
      if (known !== undefined) return known;
      const compiled = compilePattern(pattern, options);
      if (isError(compiled)) return compiled;
      inUse.set(wanted, kept);
      kept.set(pattern, new WeakRef(compiled));
      outOfUse.register(compiled, { kept, pattern });
      return compiled;
    },
    get memoryBytes() {
      return pcre2.memoryBytes;
    },
  };
}

/** Where a pattern is found again while it is in use: by its options, by its text. */
interface KeptUnder {
  readonly kept: Map<string, WeakRef<Regex>>;
  readonly pattern: string;
}

const isError = (compiled: Regex | RegexError): compiled is RegexError =>
  'kind' in compiled && compiled.kind === 'regex-error';

type Dropped = FinalizationRegistry<Pcre2Code>;

function patternCompiler(pcre2: Pcre2, dropped: Dropped) {
  const inPcre2 = (
    code: Pcre2Code,
    { groupNames, literals }: Pick<Regex, 'groupNames' | 'literals'>,
  ): Regex => {
    const regex = new Pcre2Regex(pcre2, code, groupNames, literals);
    dropped.register(regex, code);
    return regex;
  };
  return (pattern: string, options: RegexOptions): Regex | RegexError => {
    // A pattern is a C string to Apache, so it ends at a NUL.
    const text = pattern.split('\0', 1)[0]!;
    const wanted = pcre2Options(options);
    const code = compileStrictly(pcre2, text, wanted);
    if ('message' in code) return { kind: 'regex-error', ...code };
    const names = pcre2.groupNames(code);
    const groupNames = names.length === 0 ? noNames : names;
    const tree = parsePattern(text, treeOptions(options));
    code.unbrokenLength = unbrokenLength(text, tree);
    const literals = tree === null ? nothingKnown : analyseLiterals(tree);
    const equal = tree === null ? null : equalRegExp(tree);
    if (equal === null) return inPcre2(code, { groupNames, literals });
    pcre2.free(code);
    const { groupCount } = code;
    return new JavaScriptRegex({ source: text, equal, code, groupCount, groupNames, literals, inPcre2 });
  };
}

const noNames: Regex['groupNames'] = [];

/**
 * `\G` and the verbs know where the search began, and what is left out by `{0}` may tie PCRE2's search to the start: a
 * search for these is never broken up.
 */
function unbrokenLength(pattern: string, tree: PatternTree | null): number {
  if (/\\G|\(\*|\{0+(?:,0+)?\}/.test(pattern)) return Number.POSITIVE_INFINITY;
  return tree === null ? 0 : unbrokenSearchLength(tree.root);
}

/** A pattern that finds the same matches, and the longest subject it may be given; null when there is none. */
function equalRegExp(tree: PatternTree): EqualRegExp | null {
  if (tree.needsPcre2 || !isSameInJavaScript(tree.root)) return null;
  const longestSubject = safeSubjectLength(tree.root);
  if (longestSubject === 0) return null;
  const source = toJavaScript(tree.root);
  const equal = { source: startsWithAnything(tree.root) ? `^(?:${source})` : source, longestSubject };
  return surelyCompiles(equal) || readyRegExp(equal) !== null ? equal : null;
}

/** V8 has size limits of its own, which no short pattern without counted repeats meets. */
function surelyCompiles({ source }: EqualRegExp): boolean {
  return source.length <= 500 && !source.includes('{');
}

/** The options in PCRE2's terms. */
export function pcre2Options({ caseless, multiline, dotAll, dollarEndOnly }: RegexOptions): number {
  return (
    compileOption.dupNames |
    compileOption.neverUtf |
    (caseless ? compileOption.caseless : 0) |
    (multiline ? compileOption.multiline : 0) |
    (dotAll === false ? 0 : compileOption.dotAll) |
    (dollarEndOnly === false ? 0 : compileOption.dollarEndOnly)
  );
}

function treeOptions({
  caseless = false,
  multiline = false,
  dotAll = true,
  dollarEndOnly = true,
}: RegexOptions) {
  return { caseless, multiline, dotAll, dollarEndOnly };
}
