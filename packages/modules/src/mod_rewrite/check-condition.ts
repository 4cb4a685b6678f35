import {
  asciiLowerCase,
  type ExpressionCaptures,
  lookupFile,
  lookupUri,
  type RegexMatch,
} from '@httpd-ts/kernel';
import { awaitValues, expand, mustWaitFor } from './expansion.ts';
import { observeRewriting, watchedLevel } from './observe-rewriting.ts';
import {
  type Comparison,
  type Condition,
  type ConditionTest,
  type FileTest,
  leadingInteger,
} from './read-condition.ts';
import { type RewriteContext, rewriteLog } from './rewrite-context.ts';
import { mayAskAhead } from './variables.ts';

/** Whether a condition may have to be waited for. */
export function mayWait({ input, test }: Condition): boolean {
  return input.waiting.length > 0 || input.maps.length > 0 || testWaits(test);
}

/** Whether a condition can be answered only by waiting. */
export function mustWait({ input, test }: Condition, context: RewriteContext): boolean {
  return testWaits(test) || mustWaitFor(input, context);
}

function testWaits(test: ConditionTest): boolean {
  return (
    test.kind === 'uri' ||
    test.kind === 'accessible-file' ||
    (test.kind === 'expression' && test.expression.waits)
  );
}

/** Whether a condition holds. httpd: modules/mappers/mod_rewrite.c apply_rewrite_cond */
export function checkCondition(condition: Condition, context: RewriteContext): boolean {
  const input = expand(condition.input, context);
  const { test } = condition;
  if (test.kind === 'expression') {
    const captures: ExpressionCaptures = { match: context.conditionMatch };
    const holds = test.expression.evaluate(context.request, captures);
    if (!(holds instanceof Promise)) return concludeExpression(condition, context, captures, holds);
  }
  if (test.kind === 'regex') {
    const match = test.regex.exec(input);
    if (match !== null && !condition.negate) context.conditionMatch = match as RegexMatch;
    return conclude(condition, context, input, match !== null);
  }
  return conclude(condition, context, input, answer(condition, context, input));
}

/** The same for a condition that has to wait. */
export async function checkWaitingCondition(condition: Condition, context: RewriteContext): Promise<boolean> {
  await awaitValues(condition.input, context);
  const { test } = condition;
  if (test.kind === 'expression') {
    const captures: ExpressionCaptures = { match: context.conditionMatch };
    const holds = await test.expression.evaluate(context.request, captures);
    return concludeExpression(condition, context, captures, holds);
  }
  const { kind } = test;
  if (kind !== 'uri' && kind !== 'accessible-file') return checkCondition(condition, context);
  const input = expand(condition.input, context);
  const holds = input !== '' && mayAskAhead(context.request) && (await isReachable(kind, input, context));
  return conclude(condition, context, input, holds);
}

/** An expression that cannot be answered does not hold. */
function concludeExpression(
  condition: Condition,
  context: RewriteContext,
  { match }: ExpressionCaptures,
  holds: boolean | undefined,
): boolean {
  if (holds && !condition.negate) context.conditionMatch = match;
  if (context.trace >= 4) {
    const { file, line } = condition.definedAt;
    const result = holds ? 1 : 0;
    context.request.log('rewrite', 'trace4', `Evaluation of expression from ${file}:${line} gave: ${result}`);
  }
  return conclude(condition, context, '(null)', holds ?? false);
}

async function isReachable(
  kind: 'uri' | 'accessible-file',
  input: string,
  context: RewriteContext,
): Promise<boolean> {
  const { request, trace } = context;
  if (kind === 'uri') {
    const found = await lookupUri(input, request);
    if (trace >= 5)
      rewriteLog({ request }, 5, `RewriteCond URI (-U check: path=${input} -> status=${found.status}`);
    return found.status < 400;
  }
  const found = await lookupFile(input, request, 'parsed');
  if (trace >= 5) {
    rewriteLog(
      { request },
      5,
      `RewriteCond file (-F check: path=${input} -> file=${found.filename} status=${found.status}`,
    );
  }
  const { files } = request.server.plan.world;
  return found.status < 300 && found.filename !== undefined && typeof files.stat(found.filename) !== 'string';
}

function conclude(condition: Condition, context: RewriteContext, input: string, holds: boolean): boolean {
  const result = holds !== condition.negate;
  if (context.trace >= watchedLevel) {
    const match = condition.negate ? undefined : context.conditionMatch;
    observeRewriting(context.request, condition.definedAt, input, result, '%', match);
  }
  if (context.trace >= 4) {
    const noCase = condition.caseless ? ' [NC]' : '';
    const verdict = result ? 'matched' : 'not-matched';
    rewriteLog(
      context,
      4,
      `RewriteCond: input='${input}' pattern='${condition.pattern}'${noCase} => ${verdict}`,
    );
  }
  return result;
}

function answer({ test, caseless }: Condition, context: RewriteContext, input: string): boolean {
  switch (test.kind) {
    case 'file':
      return checkFile(test.test, context, input);
    case 'number':
      return compares(leadingInteger(input) - test.operand, test.comparison);
    case 'text':
      return compares(compareTexts(input, test.operand, test.comparison, caseless), test.comparison);
    default:
      return false;
  }
}

function checkFile(test: FileTest, context: RewriteContext, path: string): boolean {
  const { request, trace } = context;
  const { files } = request.server.plan.world;
  if (path.includes('\0') || path.length > 4096) {
    if (trace >= 4) rewriteLog(context, 4, `RewriteCond: refusing to stat input='${path}'`);
    return false;
  }
  const info = test === 'l' ? files.lstat(path) : files.stat(path);
  if (typeof info === 'string') return false;
  switch (test) {
    case 'f':
      return info.type === 'file';
    case 's':
      return info.type === 'file' && info.size > 0;
    case 'd':
      return info.type === 'directory';
    case 'l':
      return info.type === 'link';
    case 'x':
      return (info.mode & 0o111) !== 0;
  }
}

function compares(difference: number, comparison: Comparison): boolean {
  switch (comparison) {
    case '<':
      return difference < 0;
    case '<=':
      return difference <= 0;
    case '=':
      return difference === 0;
    case '>=':
      return difference >= 0;
    case '>':
      return difference > 0;
  }
}

/** Texts are ordered by their length first, except without regard to case. httpd: compare_lexicography */
function compareTexts(one: string, other: string, comparison: Comparison, caseless: boolean): number {
  if (caseless) return order(asciiLowerCase(one), asciiLowerCase(other));
  return comparison === '=' || one.length === other.length ? order(one, other) : one.length - other.length;
}

const order = (one: string, other: string) => (one === other ? 0 : one < other ? -1 : 1);
