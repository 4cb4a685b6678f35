import { type NameChecks, type RegexLiteral, readCondition, readText } from '@httpd-ts/grammar/expression';
import type { Regex, RegexOptions } from '@httpd-ts/regex';
import type { RequestRecord } from '../3-serve/request-record.ts';
import type { ExpressionFunction } from '../declare/expression-providers.ts';
import type { ProviderRegistry } from '../declare/providers.ts';
import { type ConditionOf, compileConditionTree } from './compile-conditions.ts';
import { compileWord } from './compile-words.ts';
import { Evaluation, type ExpressionCaptures } from './evaluation.ts';
import { expressionNames } from './names.ts';

/** How an expression is read and evaluated. httpd: AP_EXPR_FLAG_* */
export interface ExpressionOptions {
  /** Short name of the module that asks, for messages. */
  readonly module?: string;
  /** Headers it looks at are not named in `Vary`. */
  readonly noVary?: boolean;
  /** Files may not be looked at. */
  readonly restricted?: boolean;
  /** Comparisons of the old SSLRequire. */
  readonly sslCompatible?: boolean;
  /** Functions of the module that asks, by name in lower case, before all others. httpd: ap_expr_lookup_fn_t */
  readonly functions?: Readonly<Record<string, ExpressionFunction>>;
}

/** What compiling an expression needs. */
export interface ExpressionSurroundings {
  readonly providers: ProviderRegistry;
  readonly regex: (pattern: string, options?: RegexOptions) => Regex | string;
  /** Where it stands, for messages. */
  readonly file: string;
  readonly line: number;
  /** Functions that read files are refused there; operators that look at files are not. */
  readonly isHtaccess?: boolean;
}

type ExpressionInput = ExpressionSurroundings & ExpressionOptions;

/** A condition. */
export interface ConditionExpression {
  readonly source: string;
  /** It asks by a sub-request, so that the answer may be a promise. */
  readonly waits: boolean;
  /** The variables it names, in upper case. */
  readonly variables: ReadonlySet<string>;
  /**
   * Whether it holds; undefined when that could not be found out, which is logged. Gives a promise only when it
   * asks by a sub-request. `captures` keeps the groups of its matches. httpd: ap_expr_exec_re
   */
  evaluate(
    request: RequestRecord,
    captures?: ExpressionCaptures,
  ): boolean | undefined | Promise<boolean | undefined>;
}

/** A text with variables in it. */
export interface TextExpression {
  readonly source: string;
  /** The text, where no request can change it. */
  readonly constant: string | undefined;
  /** Undefined when it could not be found out, which is logged. httpd: ap_expr_str_exec_re */
  text(request: RequestRecord, captures?: ExpressionCaptures): string | undefined;
}

type OrError<T> = T | { readonly error: string };

/**
 * Compiles an expression. Never throws: what is wrong with the text is said in httpd's words.
 * httpd: ap_expr_parse_cmd
 */
export interface CompileExpression {
  (text: string, mode: 'boolean', options?: ExpressionOptions): OrError<ConditionExpression>;
  (text: string, mode: 'string', options?: ExpressionOptions): OrError<TextExpression>;
}

/** Compiles the expressions of one place in the configuration. */
export function expressionCompiler(surroundings: ExpressionSurroundings): CompileExpression {
  const compile = (text: string, mode: 'boolean' | 'string', options: ExpressionOptions = {}) => {
    const input = { ...options, ...surroundings };
    return mode === 'boolean' ? compileCondition(text, input) : compileText(text, input);
  };
  return compile as CompileExpression;
}

function compileCondition(source: string, input: ExpressionInput): OrError<ConditionExpression> {
  const names = expressionNames(input.providers, restrictionOf(input), input.functions);
  const regexes = new Map<RegexLiteral, Regex>();
  const variables = new Set<string>();
  const read = readCondition(source, nameChecks(names, input, regexes, variables));
  if ('error' in read) return read;
  const context = {
    names,
    regex: (literal: RegexLiteral) => regexes.get(literal)!,
    sslCompatible: input.sslCompatible ?? false,
  };
  return conditionExpression(source, compileConditionTree(read.tree, context, 1), variables, input);
}

function compileText(source: string, input: ExpressionInput): OrError<TextExpression> {
  const names = expressionNames(input.providers, restrictionOf(input), input.functions);
  const read = readText(source, nameChecks(names, input, new Map(), new Set()));
  if ('error' in read) return read;
  if (read.tree.kind === 'text') {
    const { text } = read.tree;
    return { source, constant: text, text: () => text };
  }
  const word = compileWord(read.tree, names, 1);
  return {
    source,
    constant: undefined,
    text(request, captures) {
      const evaluation = new Evaluation(request, captures, input);
      const text = word(evaluation);
      return finish(evaluation, captures, input) ? text : undefined;
    },
  };
}

const restrictionOf = ({ restricted, isHtaccess }: ExpressionInput) =>
  restricted ? 'all' : isHtaccess ? 'functions' : 'none';

function nameChecks(
  names: ReturnType<typeof expressionNames>,
  input: ExpressionInput,
  regexes: Map<RegexLiteral, Regex>,
  variables: Set<string>,
): NameChecks {
  return {
    name(kind, name, constant) {
      if (kind === 'variable') variables.add(name.toUpperCase());
      return names.check(kind, name, constant);
    },
    regex(literal) {
      const compiled = input.regex(literal.pattern, { caseless: literal.caseless });
      if (typeof compiled === 'string') return false;
      regexes.set(literal, compiled);
      return true;
    },
  };
}

function conditionExpression(
  source: string,
  condition: ConditionOf,
  variables: ReadonlySet<string>,
  input: ExpressionInput,
): ConditionExpression {
  const settle = (answer: boolean, evaluation: Evaluation, captures: ExpressionCaptures | undefined) => {
    if (!finish(evaluation, captures, input)) return undefined;
    if (evaluation.vary !== undefined && !input.noVary)
      evaluation.request.headersOut.merge('Vary', evaluation.vary);
    return answer;
  };
  return {
    source,
    waits: !('now' in condition),
    variables,
    evaluate(request, captures) {
      const evaluation = new Evaluation(request, captures, input);
      if ('now' in condition) return settle(condition.now(evaluation), evaluation, captures);
      const answer = condition.later(evaluation);
      return typeof answer === 'boolean'
        ? settle(answer, evaluation, captures)
        : answer.then((value) => settle(value, evaluation, captures));
    },
  };
}

/** Hands the groups out, and says what went wrong if something did. httpd: ap_expr_exec_ctx */
function finish(
  { match, subject, error, request }: Evaluation,
  captures: ExpressionCaptures | undefined,
  { file, line, module = 'core' }: ExpressionInput,
): boolean {
  if (captures !== undefined) {
    captures.match = match;
    captures.subject = subject;
    captures.error = error;
  }
  if (error === undefined) return true;
  request.log(module, 'error', `Evaluation of expression from ${file}:${line} failed: ${error}`);
  return false;
}
