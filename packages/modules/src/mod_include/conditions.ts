import {
  type ConditionExpression,
  compileRegex,
  type ExpressionCaptures,
  type ExpressionFunction,
  expressionCompiler,
  type RequestRecord,
} from '@httpd-ts/kernel';
import { evaluateLegacy } from './legacy-condition.ts';
import { documentOf, type SsiDocument } from './ssi-document.ts';

/** Whether a condition holds; undefined when that could not be found out, which is said. */
export function evaluateCondition(
  document: SsiDocument,
  text: string,
): boolean | undefined | Promise<boolean | undefined> {
  return document.legacyExpressions ? evaluateLegacy(document, text) : evaluateExpression(document, text);
}

const variable = (name: string, request: RequestRecord) => documentOf(request)?.variable(name);

/** Of expressions in parsed documents, which know more than the environment. httpd: include_expr_lookup */
const functions: Readonly<Record<string, ExpressionFunction>> = {
  v: { call: (name, { request }) => variable(name, request) },
  reqenv: { call: (name, { request }) => variable(name, request) },
  env: {
    call: (name, { request }) =>
      request.note(name) ?? variable(name, request) ?? request.server.plan.world.environment.get(name),
  },
};

type Compiled = ConditionExpression | { readonly error: string };

const compiledConditions = { name: 'conditions of parsed documents' };
const mostKept = 2000;

/** Compiled once for each document. */
function compiled(document: SsiDocument, text: string): Compiled {
  const { filename = '', server } = document.request;
  const { plan } = server;
  const known = plan.memory(compiledConditions, () => new Map<string, Compiled>());
  const key = `${filename}\0${text}`;
  let condition = known.get(key);
  if (condition === undefined) {
    const compile = expressionCompiler({
      providers: plan.providers,
      regex: (pattern, options) => compileRegex(plan, pattern, options),
      file: filename,
      line: 0,
    });
    condition = compile(text, 'boolean', { module: 'include', restricted: true, functions });
    if (known.size >= mostKept) known.clear();
    known.set(key, condition);
  }
  return condition;
}

/** httpd: parse_ap_expr */
async function evaluateExpression(document: SsiDocument, text: string): Promise<boolean | undefined> {
  const condition = compiled(document, text);
  if ('error' in condition) {
    document.complain(`AH01337: Could not parse expr "${text}" in`, 'error', `: ${condition.error}`);
    return undefined;
  }
  document.groups ??= { match: undefined, hasMatched: false, count: 0, source: undefined };
  const { groups } = document;
  const captures: ExpressionCaptures = { match: undefined };
  const answer = await condition.evaluate(document.request, captures);
  if (answer === undefined) {
    document.complain(`AH01338: Could not evaluate expr "${text}" in`, 'error', `: ${captures.error}`);
    return undefined;
  }
  // httpd forgets to tell how many groups there are, so that only the whole match can be had.
  if (captures.subject !== undefined) groups.hasMatched = true;
  groups.match = captures.match;
  return answer;
}
