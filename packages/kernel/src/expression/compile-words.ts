import type { Word } from '@httpd-ts/grammar/expression';
import type { Evaluation } from './evaluation.ts';
import type { ExpressionNames } from './names.ts';

/** A word ready to be evaluated. */
export type WordOf = (evaluation: Evaluation) => string;

/** How deep an evaluation may go. httpd: AP_EXPR_MAX_RECURSION */
const deepest = 20;

/** Stands for whatever is nested too deep. httpd: inc_rec */
export function tooDeep(evaluation: Evaluation): void {
  evaluation.error = 'Recursion limit reached';
}

/** Whether something at this depth, counted from 1, is evaluated at all. */
export const isTooDeep = (depth: number): boolean => depth > deepest;

/** Makes a closure of a word. httpd: ap_expr_eval_word */
export function compileWord(word: Word, names: ExpressionNames, depth: number): WordOf {
  if (isTooDeep(depth)) {
    return (evaluation) => {
      tooDeep(evaluation);
      return '';
    };
  }
  switch (word.kind) {
    case 'text':
      return constant(word.text);
    case 'number':
      return constant(word.digits);
    case 'variable': {
      const variable = names.variable(word.name)!;
      return (evaluation) => variable(evaluation.request, evaluation) ?? '';
    }
    case 'function': {
      const { call } = names.function(word.name)!;
      const argument = compileWord(word.argument, names, depth + 1);
      return (evaluation) => call(argument(evaluation), evaluation) ?? '';
    }
    case 'back-reference': {
      const { group } = word;
      return ({ match }) => match?.[group] ?? '';
    }
    case 'string':
      return joinBackwards(word.parts.map((part) => compileWord(part, names, depth + 1)));
    case 'concatenation':
      return compileConcatenation(word, names, depth);
  }
}

const constant =
  (text: string): WordOf =>
  () =>
    text;

/** httpd evaluates the parts of a string from the last to the first, if there are more than two. */
function joinBackwards(parts: readonly WordOf[]): WordOf {
  const [first, second] = parts;
  if (parts.length === 2) return (evaluation) => first!(evaluation) + second!(evaluation);
  return (evaluation) => {
    let text = '';
    for (let i = parts.length - 1; i >= 0; i--) text = parts[i]!(evaluation) + text;
    return text;
  };
}

/** `a . b . c` is one level deep. */
function compileConcatenation(
  word: Extract<Word, { kind: 'concatenation' }>,
  names: ExpressionNames,
  depth: number,
): WordOf {
  const parts: WordOf[] = [];
  let rest: Word = word;
  while (rest.kind === 'concatenation') {
    parts.push(compileWord(rest.left, names, depth + 1));
    rest = rest.right;
  }
  parts.push(compileWord(rest, names, depth + 1));
  return (evaluation) => {
    let text = '';
    for (const part of parts) text += part(evaluation);
    return text;
  };
}
