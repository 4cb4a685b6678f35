import type { Comparison, Condition, List, RegexLiteral, Word } from '@httpd-ts/grammar/expression';
import type { Regex } from '@httpd-ts/regex';
import { entryOf } from '../entry-of.ts';
import { compileWord, isTooDeep, tooDeep, type WordOf } from './compile-words.ts';
import type { Evaluation } from './evaluation.ts';
import type { ExpressionNames } from './names.ts';
import { binaryOperators, readSubnet, unaryOperators } from './operators.ts';

/** A condition ready to be evaluated: at once, or by a promise where something in it must be waited for. */
export type ConditionOf =
  | { readonly now: (evaluation: Evaluation) => boolean }
  | { readonly later: (evaluation: Evaluation) => boolean | Promise<boolean> };

type Now = (evaluation: Evaluation) => boolean;

/** What conditions are compiled with. */
export interface ConditionContext {
  readonly names: ExpressionNames;
  readonly regex: (literal: RegexLiteral) => Regex;
  /** Texts compare by length first, and numbers as texts. httpd: AP_EXPR_FLAG_SSL_EXPR_COMPAT */
  readonly sslCompatible: boolean;
}

/** Makes a closure of a condition. httpd: ap_expr_eval */
export function compileConditionTree(
  condition: Condition,
  context: ConditionContext,
  depth: number,
): ConditionOf {
  if (isTooDeep(depth)) {
    return now((evaluation) => {
      tooDeep(evaluation);
      return false;
    });
  }
  switch (condition.kind) {
    case 'constant':
      return now(() => condition.value);
    case 'not':
      return negate(compileConditionTree(condition.operand, context, depth));
    case 'or':
    case 'and':
      return compileChain(condition.operands, condition.kind === 'or', context, depth);
    case 'unary':
      return compileUnary(condition.name, condition.operand, context, depth);
    case 'binary':
      return now(compileBinary(condition, context, depth));
    case 'compare':
      return now(compileComparison(condition, context, depth));
    case 'match':
      return now(compileMatch(condition, context, depth));
    case 'in':
      return now(compileIn(condition, context, depth));
  }
}

const now = (run: Now): ConditionOf => ({ now: run });

function negate(operand: ConditionOf): ConditionOf {
  if ('now' in operand) return now((evaluation) => !operand.now(evaluation));
  return {
    later(evaluation) {
      const answer = operand.later(evaluation);
      return typeof answer === 'boolean' ? !answer : answer.then((value) => !value);
    },
  };
}

const anyway = (operand: ConditionOf) => ('now' in operand ? operand.now : operand.later);

/** All but the last operand of a chain are one level deeper. */
function compileChain(
  operands: readonly Condition[],
  decisive: boolean,
  context: ConditionContext,
  depth: number,
): ConditionOf {
  const last = operands.length - 1;
  const compiled = operands.map((operand, i) =>
    compileConditionTree(operand, context, i === last ? depth : depth + 1),
  );
  const atOnce = compiled.flatMap((one) => ('now' in one ? [one.now] : []));
  if (atOnce.length === compiled.length) {
    return now((evaluation) => {
      for (const run of atOnce) if (run(evaluation) === decisive) return decisive;
      return !decisive;
    });
  }
  const runs = compiled.map(anyway);
  return { later: (evaluation) => runChain(runs, decisive, evaluation) };
}

async function runChain(
  runs: readonly ((evaluation: Evaluation) => boolean | Promise<boolean>)[],
  decisive: boolean,
  evaluation: Evaluation,
): Promise<boolean> {
  for (const run of runs) if ((await run(evaluation)) === decisive) return decisive;
  return !decisive;
}

function compileUnary(name: string, operand: Word, context: ConditionContext, depth: number): ConditionOf {
  const operator = entryOf(unaryOperators, name)!;
  const word = compileWord(operand, context.names, depth + 1);
  if ('ask' in operator) return { later: (evaluation) => operator.ask(word(evaluation), evaluation) };
  const test = 'test' in operator ? operator.test : operator.subnet(subnetOf(name, operand));
  return now((evaluation) => test(word(evaluation), evaluation));
}

function compileBinary(
  { name, left, right }: Extract<Condition, { kind: 'binary' }>,
  { names }: ConditionContext,
  depth: number,
): Now {
  const operator = entryOf(binaryOperators, name.toLowerCase())!;
  const one = compileWord(left, names, depth + 1);
  if ('subnet' in operator) {
    const test = operator.subnet(subnetOf(name, right));
    return (evaluation) => test(one(evaluation));
  }
  const other = compileWord(right, names, depth + 1);
  return (evaluation) => {
    const text = other(evaluation);
    return operator.test(one(evaluation), text);
  };
}

/** The operand was found to be a subnet while the expression was read. */
function subnetOf(name: string, operand: Word) {
  const subnet = readSubnet(name, operand.kind === 'text' ? operand.text : undefined);
  if (typeof subnet === 'string') throw new Error(subnet);
  return subnet;
}

type Order = (left: string, right: string) => number;

const byText: Order = (left, right) => (left < right ? -1 : left === right ? 0 : 1);

/** httpd: strcmplex */
const byLength: Order = (left, right) => left.length - right.length || byText(left, right);

/** httpd: intstrcmp */
const byNumber: Order = (left, right) => {
  const one = leadingNumber(left);
  const other = leadingNumber(right);
  return one < other ? -1 : one === other ? 0 : 1;
};

const largest = 2n ** 63n - 1n;

/** The number a text begins with, 0 without one. C: strtoll */
function leadingNumber(text: string): number | bigint {
  const digits = /^[\t-\r ]*([+-]?\d+)/.exec(text)?.[1];
  if (digits === undefined) return 0;
  if (digits.length <= 15) return Number(digits);
  const exact = BigInt(digits.replace('+', ''));
  return exact > largest ? largest : exact < -largest - 1n ? -largest - 1n : exact;
}

const accepts: Readonly<Record<Comparison, (order: number) => boolean>> = {
  '==': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

function compileComparison(
  { as, comparison, left, right }: Extract<Condition, { kind: 'compare' }>,
  { names, sslCompatible }: ConditionContext,
  depth: number,
): Now {
  const one = compileWord(left, names, depth + 1);
  const other = compileWord(right, names, depth + 1);
  // The right side goes first, as in httpd: the order of names in Vary tells.
  if (as === 'text' && comparison === '==') {
    return (evaluation) => {
      const text = other(evaluation);
      return one(evaluation) === text;
    };
  }
  const order = sslCompatible ? byLength : as === 'number' ? byNumber : byText;
  const accept = accepts[comparison];
  return (evaluation) => {
    const text = other(evaluation);
    return accept(order(one(evaluation), text));
  };
}

/** Only a pattern with groups changes `$0` to `$9`. httpd: ap_expr_eval_comp */
function compileMatch(
  { negated, subject, regex: literal }: Extract<Condition, { kind: 'match' }>,
  { names, regex: compile }: ConditionContext,
  depth: number,
): Now {
  const word = compileWord(subject, names, depth + 1);
  const regex = compile(literal);
  if (regex.groupCount === 0) return (evaluation) => regex.test(word(evaluation)) !== negated;
  return (evaluation) => {
    const text = word(evaluation);
    const match = regex.exec(text);
    evaluation.match = match ?? undefined;
    evaluation.subject = match === null ? undefined : text;
    return (match !== null) !== negated;
  };
}

function compileIn(
  { needle, list }: Extract<Condition, { kind: 'in' }>,
  { names }: ConditionContext,
  depth: number,
): Now {
  const wanted = compileWord(needle, names, depth + 1);
  const holds = compileList(list, names, depth);
  return (evaluation) => holds(wanted(evaluation), evaluation);
}

function compileList(
  list: List,
  names: ExpressionNames,
  depth: number,
): (needle: string, evaluation: Evaluation) => boolean {
  if (list.kind === 'list-function') {
    const call = names.listFunction(list.name)!;
    const argument = compileWord(list.argument, names, depth + 1);
    return (needle, evaluation) => call(argument(evaluation), evaluation)?.includes(needle) ?? false;
  }
  if (list.words.every(({ kind }) => kind === 'text')) {
    const texts = new Set(list.words.map((word) => (word.kind === 'text' ? word.text : '')));
    return (needle) => texts.has(needle);
  }
  // httpd keeps the words of a list last to first, and looks at them in that order.
  const words: WordOf[] = list.words.map((word) => compileWord(word, names, depth + 1)).reverse();
  return (needle, evaluation) => words.some((word) => word(evaluation) === needle);
}
