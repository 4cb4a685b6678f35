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
      const name = word.name.toUpperCase();
      return (evaluation) => variable(evaluation.request, evaluation, name) ?? '';
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
    case 'concatenation':
      return join(joined(word, names, depth));
  }
}

const constant =
  (text: string): WordOf =>
  () =>
    text;

/** Texts that are joined, two by two as httpd's parser joins them. */
type Joined = WordOf | { readonly left: Joined; readonly right: Joined };

/** A string of many parts leans to the left, `a . b . c` to the right; each is one level deep. */
function joined(word: Word, names: ExpressionNames, depth: number): Joined {
  if (isTooDeep(depth)) return compileWord(word, names, depth);
  if (word.kind === 'string' && word.parts.length === 0) return constant('');
  if (word.kind === 'string')
    return word.parts
      .map((part) => joined(part, names, depth + 1))
      .reduce((left, right) => ({ left, right }));
  if (word.kind !== 'concatenation') return compileWord(word, names, depth);
  const parts = [joined(word.left, names, depth + 1)];
  let rest = word.right;
  for (; rest.kind === 'concatenation'; rest = rest.right) parts.push(joined(rest.left, names, depth + 1));
  return parts.reduceRight((right, left) => ({ left, right }), joined(rest, names, depth + 1));
}

/**
 * The order in which httpd evaluates what it joins, which the names in Vary show: backwards along what leans to the
 * left, else forwards. httpd: server/util_expr_eval.c ap_expr_eval_word
 */
function inOrder(whole: Joined, ordered: WordOf[] = []): readonly WordOf[] {
  let node = whole;
  if (typeof node === 'function') ordered.push(node);
  else if (typeof node.left === 'function') {
    for (; typeof node !== 'function'; node = node.right) inOrder(node.left, ordered);
    ordered.push(node);
  } else {
    for (; typeof node !== 'function'; node = node.left) inOrder(node.right, ordered);
    ordered.push(node);
  }
  return ordered;
}

/** Its texts as they are read. */
function asRead(node: Joined): readonly WordOf[] {
  return typeof node === 'function' ? [node] : [...asRead(node.left), ...asRead(node.right)];
}

/** Evaluates in httpd's order and joins as it is read. */
function join(whole: Joined): WordOf {
  const parts = asRead(whole);
  const ordered = inOrder(whole);
  if (parts.length === 1) return parts[0]!;
  if (ordered.every((part, index) => part === parts[index]))
    return (evaluation) => {
      let text = '';
      for (const part of parts) text += part(evaluation);
      return text;
    };
  const places = ordered.map((part) => parts.indexOf(part));
  return (evaluation) => {
    const texts: string[] = [];
    for (let i = 0; i < ordered.length; i++) texts[places[i]!] = ordered[i]!(evaluation);
    return texts.join('');
  };
}
