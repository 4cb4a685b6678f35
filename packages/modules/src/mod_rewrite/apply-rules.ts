import { asciiLowerCase, type RegexMatch, type RequestRecord } from '@httpd-ts/kernel';
import { absoluteUri } from './absolute-uri.ts';
import { checkCondition, checkWaitingCondition, mustWait } from './check-condition.ts';
import { awaitValues, expand, expandWatchfully, mustWaitFor } from './expansion.ts';
import { observeRewriting, watchedLevel } from './observe-rewriting.ts';
import { type RewriteContext, rewriteLog } from './rewrite-context.ts';
import type { Rule, RuleFlags } from './rule.ts';
import { type RuleCursor, type RuleList, ruleCursor } from './rule-list.ts';
import { setCookie } from './set-cookie.ts';
import { fullyQualify, reduceToPath, splitQuery } from './substitute.ts';

/** What came of a list of rules. httpd: ACTION_NORMAL, ACTION_NOESCAPE, ACTION_STATUS, ACTION_STATUS_SET */
export type Outcome = 'unchanged' | 'changed' | 'unescaped' | 'status' | 'refused';

/** Rules that are being gone through; a promise is handed out where something must be waited for. */
type Waiting<Result> = Generator<Promise<unknown>, Result, void>;

export interface RuleOptions {
  readonly legacyPrefix: boolean;
  readonly maximumLength: number;
}

/** Applies a list of rules. The answer comes at once unless a condition had to be waited for. */
export function applyRules(
  list: RuleList,
  context: RewriteContext,
  options: RuleOptions,
): Outcome | Promise<Outcome> {
  const steps = walkRules(list, context, options);
  const first = steps.next();
  return first.done ? first.value : goOn(steps, first.value);
}

async function goOn(steps: Waiting<Outcome>, pending: Promise<unknown>): Promise<Outcome> {
  let wait = pending;
  for (;;) {
    await wait;
    const step = steps.next();
    if (step.done) return step.value;
    wait = step.value;
  }
}

/** httpd: modules/mappers/mod_rewrite.c apply_rewrite_list */
function* walkRules(list: RuleList, context: RewriteContext, options: RuleOptions): Waiting<Outcome> {
  const { request } = context;
  const { rules } = list;
  let outcome: Outcome = 'unchanged';
  let round = 1;
  let cursor = cursorFor(list, context);
  for (let i = cursor.next(0); i < rules.length; ) {
    const rule = rules[i]!;
    const { flags } = rule;
    if (request.main !== undefined && flags.noSubrequest) {
      i = cursor.next(i + 1);
      continue;
    }
    context.vary = undefined;
    const result: Applied = yield* applyRule(rule, context, options);
    if (result === 'no') {
      i = cursor.next(afterChain(rules, i));
      continue;
    }
    if (request.filename!.length > options.maximumLength)
      return tooLong(rule, request, options.maximumLength);
    if (context.vary !== undefined) request.headersOut.merge('Vary', context.vary);
    if (result === 'refused') return 'refused';
    if (flags.status !== undefined) return 'status';
    if (result === 'substituted') {
      outcome = flags.noEscape ? 'unescaped' : 'changed';
      cursor = cursorFor(list, context);
    }
    if (flags.passThrough) {
      passThrough(context);
      return 'changed';
    }
    if (flags.end) {
      if (context.trace >= 8) {
        rewriteLog(context, 8, 'Rule has END flag, no further rewriting for this request');
      }
      request.setState(ended, true);
      return outcome;
    }
    if (flags.proxy || flags.last) return outcome;
    if (flags.nextRound) {
      if (++round >= flags.maximumRounds) return tooManyRounds(rule, request);
      i = cursor.next(0);
      continue;
    }
    i = cursor.next(i + 1 + flags.skip);
  }
  return outcome;
}

/** State of a request for which a rule with END has matched. */
const ended = { name: 'rewriting has ended' };

/** Whether END has matched for this request or for one it was redirected from. */
export function hasEnded(request: RequestRecord): boolean {
  for (let r: RequestRecord | undefined = request; r !== undefined; r = r.prev)
    if (r.state(ended)) return true;
  return false;
}

function cursorFor(list: RuleList, context: RewriteContext): RuleCursor {
  const showsAll = context.trace >= 3;
  const host = () => context.request.headersIn.get('Host') ?? '';
  return ruleCursor(list, showsAll ? '' : subjectOf(context), host, showsAll);
}

/** Whether the request goes to a back end already: its file name is then no path. */
const isProxied = ({ request }: RewriteContext) =>
  request.proxyRequest !== false && request.filename!.startsWith('proxy:');

/** What patterns are matched against: the file name, in a directory with what is behind it and without the directory. */
function subjectOf(context: RewriteContext): string {
  const { request, perdir, trace } = context;
  let uri = request.filename!;
  if (perdir === undefined) return uri;
  if (request.pathInfo !== '') {
    if (trace >= 3) rewriteLog(context, 3, `add path info postfix: ${uri} -> ${uri}${request.pathInfo}`);
    uri += request.pathInfo;
  }
  if (uri.startsWith(perdir) && !isProxied(context)) {
    const inside = uri.slice(perdir.length);
    if (trace >= 3) rewriteLog(context, 3, `strip per-dir prefix: ${uri} -> ${inside}`);
    return inside;
  }
  return uri;
}

/** The place behind the chain that a rule which did not match stands in. */
function afterChain(rules: readonly Rule[], from: number): number {
  let i = from;
  while (i < rules.length && rules[i]!.flags.chain) i++;
  return i + 1;
}

function tooLong({ pattern }: Rule, request: RequestRecord, limit: number): Outcome {
  request.log(
    'rewrite',
    'error',
    `RewriteRule '${pattern}' and URI '${request.uri}' exceeded maximum length (${limit})`,
  );
  request.status = 500;
  return 'status';
}

function tooManyRounds({ pattern, flags }: Rule, request: RequestRecord): Outcome {
  request.log(
    'rewrite',
    'error',
    `AH02596: RewriteRule '${pattern}' and URI '${request.uri}' exceeded maximum number of rounds (${flags.maximumRounds}) via the [N] flag`,
  );
  request.status = 500;
  return 'status';
}

function passThrough(context: RewriteContext): void {
  const { request, trace } = context;
  if (trace >= 2) {
    rewriteLog(
      context,
      2,
      `forcing '${request.filename}' to get passed through to next API URI-to-filename handler`,
    );
  }
  request.filename = `passthrough:${request.filename}`;
}

type Applied = 'no' | 'matched' | 'substituted' | 'refused';

/** httpd: apply_rewrite_rule */
function* applyRule(rule: Rule, context: RewriteContext, options: RuleOptions): Waiting<Applied> {
  const { request, trace } = context;
  context.uri = subjectOf(context);
  if (trace >= 3) rewriteLog(context, 3, `applying pattern '${rule.pattern}' to uri '${context.uri}'`);
  const match = rule.regex.exec(context.uri);
  const matches = (match === null) === rule.negate;
  if (trace >= watchedLevel) {
    observeRewriting(request, rule.definedAt, context.uri, matches, '$', (match ?? undefined) as RegexMatch);
  }
  if (!matches) return 'no';
  context.varyThis = undefined;
  context.conditionMatch = undefined;
  context.ruleMatch = (match ?? undefined) as RegexMatch | undefined;
  if (!(rule.hasWaitingConditions ? yield* checkSlowly(rule, context) : checkConditions(rule, context)))
    return 'no';
  yield* awaitFor(rule, context);
  if (rule.flags.noSubstitution) {
    expandSideEffects(rule, context);
    rememberType(rule, context);
    if (rule.flags.status !== undefined) {
      if (trace >= 2)
        rewriteLog(context, 2, `forcing responsecode ${rule.flags.status} for ${request.filename}`);
      request.status = rule.flags.status;
    }
    return 'matched';
  }
  const applied = substitute(rule, context, options);
  context.lastSubstitution = rule;
  if (trace >= 2) rewriteLog(context, 2, `setting lastsub to rule with output ${rule.outputText}`);
  return applied;
}

/** Conditions joined by OR count as one; headers that decided are remembered for Vary. */
function checkConditions({ conditions }: Rule, context: RewriteContext): boolean {
  for (let i = 0; i < conditions.length; i++) {
    const condition = conditions[i]!;
    const holds = checkCondition(condition, context);
    if (condition.noVary) context.varyThis = undefined;
    if (condition.orNext) {
      if (!holds) {
        context.varyThis = undefined;
        continue;
      }
      while (i < conditions.length && conditions[i]!.orNext) i++;
    } else if (!holds) return false;
    keepVary(context);
  }
  return true;
}

function* checkSlowly({ conditions }: Rule, context: RewriteContext): Waiting<boolean> {
  for (let i = 0; i < conditions.length; i++) {
    const condition = conditions[i]!;
    let holds = false;
    if (mustWait(condition, context)) {
      yield checkWaitingCondition(condition, context).then((answer) => {
        holds = answer;
      });
    } else holds = checkCondition(condition, context);
    if (condition.noVary) context.varyThis = undefined;
    if (condition.orNext) {
      if (!holds) {
        context.varyThis = undefined;
        continue;
      }
      while (i < conditions.length && conditions[i]!.orNext) i++;
    } else if (!holds) return false;
    keepVary(context);
  }
  return true;
}

function keepVary(context: RewriteContext): void {
  if (context.varyThis === undefined) return;
  context.vary = context.vary === undefined ? context.varyThis : `${context.vary}, ${context.varyThis}`;
  context.varyThis = undefined;
}

function* awaitFor({ output, flags, escapeGroup }: Rule, context: RewriteContext): Waiting<void> {
  if (!flags.noSubstitution && mustWaitFor(output, context)) yield awaitValues(output, context, escapeGroup);
  for (const text of flags.env) if (mustWaitFor(text, context)) yield awaitValues(text, context);
  for (const text of flags.cookies) if (mustWaitFor(text, context)) yield awaitValues(text, context);
  for (const text of [flags.mimeType, flags.handler]) {
    if (text !== undefined && mustWaitFor(text, context)) yield awaitValues(text, context, escapeGroup);
  }
}

function expandSideEffects({ flags }: Rule, context: RewriteContext): void {
  for (const env of flags.env) setVariable(context, expand(env, context));
  for (const cookie of flags.cookies) setCookie(context.request, expand(cookie, context), context.trace);
}

/** `name:value`, or `!name` to remove it. httpd: do_expand_env */
function setVariable({ request, trace }: RewriteContext, text: string): void {
  if (text.startsWith('!')) {
    request.subprocessEnv.unset(text.slice(1));
    if (trace >= 5) rewriteLog({ request }, 5, `unsetting env variable '${text.slice(1)}'`);
    return;
  }
  const colon = text.indexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  const value = colon < 0 ? '' : text.slice(colon + 1);
  request.subprocessEnv.set(name, value);
  if (trace >= 5) rewriteLog({ request }, 5, `setting env variable '${name}' to '${value}'`);
}

export const forcedTypeNote = 'rewrite-forced-mimetype';
export const forcedHandlerNote = 'rewrite-forced-handler';

/** httpd: force_type_handler */
function rememberType({ flags, escapeGroup }: Rule, context: RewriteContext): void {
  const { request, trace } = context;
  const type =
    flags.mimeType === undefined ? '' : asciiLowerCase(expand(flags.mimeType, context, escapeGroup));
  if (type !== '') {
    if (trace >= 2) rewriteLog(context, 2, `remember ${request.filename} to have MIME-type '${type}'`);
    request.notes.set(forcedTypeNote, type);
  }
  const handler =
    flags.handler === undefined ? '' : asciiLowerCase(expand(flags.handler, context, escapeGroup));
  if (handler !== '') {
    if (trace >= 2)
      rewriteLog(context, 2, `remember ${request.filename} to have Content-handler '${handler}'`);
    request.notes.set(forcedHandlerNote, handler);
  }
}

function substitute(rule: Rule, context: RewriteContext, options: RuleOptions): Applied {
  const { request, trace } = context;
  const { flags } = rule;
  const { text, ...marks } = expandWatchfully(rule.output, context, rule.escapeGroup);
  const isForeign = flags.splitAtLast ? marks.lastQuestionMarkIsForeign : marks.firstQuestionMarkIsForeign;
  if (trace >= 2) rewriteLog(context, 2, `rewrite '${context.uri}' -> '${text}'`);
  if (!flags.allow3F && isForeign) {
    request.log('rewrite', 'error', 'AH10508: Unsafe URL with %3f URL rewritten without UnsafeAllow3F');
    request.status = 403;
    return 'refused';
  }
  expandSideEffects(rule, context);
  const proxied = context.perdir !== undefined && isProxied(context);
  request.filename = text;
  if (context.perdir !== undefined && flags.discardPathInfo) request.pathInfo = '';
  if (!proxied) addPrefix(context, flags);
  splitQuery(context, flags);
  if (flags.proxy) {
    fullyQualify(request);
    if (trace >= 2) rewriteLog(context, 2, `forcing proxy-throughput with ${request.filename}`);
    request.filename = `proxy:${request.filename}`;
    return 'substituted';
  }
  if (flags.redirect !== undefined) {
    fullyQualify(request);
    if (trace >= 2) rewriteLog(context, 2, `explicitly forcing redirect with ${request.filename}`);
    request.status = flags.redirect;
    return 'substituted';
  }
  reduceToPath(context, options.legacyPrefix);
  if (absoluteUri(request.filename) !== undefined) {
    if (trace >= 2) rewriteLog(context, 2, `implicitly forcing redirect (rc=302 with ${request.filename}`);
    request.status = 302;
    return 'substituted';
  }
  // Slashes that were put in make no path of another host; the rule's own stay.
  if (!flags.keepSlashes && !rule.outputText.startsWith('//'))
    request.filename = request.filename.replace(/^\/\/+/, '/');
  rememberType(rule, context);
  return 'substituted';
}

/** A path that is not absolute is one below the directory; on a server, below the root. */
function addPrefix(context: RewriteContext, { proxy, redirect }: RuleFlags): void {
  const { request, perdir, trace } = context;
  const { filename } = request as { filename: string };
  if (filename.startsWith('/') || absoluteUri(filename) !== undefined) return;
  if (perdir !== undefined) {
    if (trace >= 3) rewriteLog(context, 3, `add per-dir prefix: ${filename} -> ${perdir}${filename}`);
    request.filename = perdir + filename;
  } else if (!proxy && redirect === undefined) {
    if (trace >= 3) rewriteLog(context, 3, `add root prefix: ${filename} -> /${filename}`);
    request.filename = `/${filename}`;
  }
}
