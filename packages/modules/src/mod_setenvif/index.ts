import {
  DECLINED,
  type DirectiveContext,
  defineModule,
  directive,
  type ExpressionCaptures,
  type HookResult,
  headerParser,
  perDirectory,
  perServer,
  postReadRequest,
  type RecordKey,
  type RequestRecord,
  rawArguments,
} from '@httpd-ts/kernel';
import { type PatternIndex, patternIndex } from '../pattern-index.ts';
import { substituteGroups } from '../substitute-groups.ts';
import {
  type Attribute,
  type EnvRule,
  type MatchRule,
  readBrowserMatch,
  readSetEnvIf,
  readSetEnvIfExpr,
} from './read-rule.ts';
import { summaries } from './summaries.ts';

interface SetEnvIfConfig {
  readonly rules: EnvRule[];
  /** The rules in the form that requests ask; made when first asked. */
  steps?: readonly Step[];
}

/** A rule, or rules side by side that look at the same attribute, of which an index tells which can match. */
type Step =
  | EnvRule
  | { readonly kind: 'list'; readonly rules: readonly MatchRule[]; readonly index: PatternIndex };

const spec = {
  create: (): SetEnvIfConfig => ({ rules: [] }),
  merge: (outer: SetEnvIfConfig, inner: SetEnvIfConfig): SetEnvIfConfig => ({
    rules: [...outer.rules, ...inner.rules],
  }),
};
const serverConfig = perServer<SetEnvIfConfig>(spec);
const directoryConfig = perDirectory<SetEnvIfConfig>(spec);

/** What a pass over the rules keeps from one to the next. */
interface Pass extends ExpressionCaptures {
  attributeName: string | undefined;
  /**
   * The value at hand. httpd keeps what an expression matched in the same place, so that lines behind SetEnvIfExpr
   * that look at the attribute of the line before it see that instead.
   */
  subject: string | undefined;
}

/** Sets the variables whose patterns meet the request. httpd: modules/metadata/mod_setenvif.c match_headers */
function setVariables(key: RecordKey<SetEnvIfConfig>) {
  return (request: RequestRecord): HookResult =>
    applySteps(
      stepsOf(key.of(request)),
      request,
      { match: undefined, attributeName: undefined, subject: undefined },
      0,
    );
}

/** Rules that an index is worth. */
const shortestList = 4;

function stepsOf(config: SetEnvIfConfig): readonly Step[] {
  config.steps ??= groupRules(config.rules);
  return config.steps;
}

function groupRules(rules: readonly EnvRule[]): readonly Step[] {
  const steps: Step[] = [];
  for (let from = 0, to = 0; from < rules.length; from = to) {
    const first = rules[from]!;
    const list: MatchRule[] = [];
    for (; to < rules.length; to++) {
      const rule = rules[to]!;
      if (first.kind !== 'match' || rule.kind !== 'match' || rule.attributeName !== first.attributeName)
        break;
      list.push(rule);
    }
    if (list.length >= shortestList) {
      steps.push({ kind: 'list', rules: list, index: patternIndex(list.map(({ regex }) => regex.literals)) });
    } else if (list.length > 0) steps.push(...list);
    else {
      steps.push(first);
      to++;
    }
  }
  return steps;
}

/** Gives a promise only where an expression must be waited for. */
function applySteps(steps: readonly Step[], request: RequestRecord, pass: Pass, from: number): HookResult {
  for (let i = from; i < steps.length; i++) {
    const step = steps[i]!;
    if (step.kind === 'match') applyMatch(step, request, pass);
    else if (step.kind === 'list') {
      readAttributeOf(step.rules[0]!, request, pass);
      for (const place of step.index.candidates(pass.subject ?? ''))
        applyMatch(step.rules[place]!, request, pass);
    } else {
      const meets = step.expression.evaluate(request, pass);
      if (meets instanceof Promise) {
        return meets.then((later) => {
          if (later) change(step, request, pass);
          return applySteps(steps, request, pass, i + 1);
        });
      }
      if (meets) change(step, request, pass);
    }
  }
  return DECLINED;
}

/** The value is read again only where a rule looks at something else than the rule before it. */
function readAttributeOf(rule: MatchRule, request: RequestRecord, pass: Pass): void {
  if (rule.attributeName === pass.attributeName) return;
  pass.attributeName = rule.attributeName;
  pass.subject = readValue(rule.attribute, request);
}

function applyMatch(rule: MatchRule, request: RequestRecord, pass: Pass): void {
  readAttributeOf(rule, request, pass);
  const match = rule.regex.exec(pass.subject ?? '');
  if (match === null) return;
  if (!rule.isPlain) pass.match = match;
  change(rule, request, pass);
}

/** The groups are those of the last match, by whichever line it was; after a plain text values stand as they are. */
function change(rule: EnvRule, request: RequestRecord, { match }: Pass): void {
  const isPlain = rule.kind === 'match' && rule.isPlain;
  for (const [name, text] of rule.variables) {
    if (text === undefined) request.subprocessEnv.unset(name);
    else request.subprocessEnv.set(name, isPlain ? text : substituteGroups(text, match ?? []));
    request.log('setenvif', 'trace2', `Setting ${name}`);
  }
}

function readValue(attribute: Attribute, request: RequestRecord): string | undefined {
  switch (attribute.kind) {
    case 'special':
      return attribute.read(request);
    case 'header':
      return request.headersIn.get(attribute.name) ?? request.env(attribute.name);
    case 'header-pattern':
      return request.headersIn.entries().find(([name]) => attribute.regex.test(name))?.[1];
  }
}

type Read = (raw: string, caseless: boolean, cmd: DirectiveContext) => EnvRule | string;

const ruleDirective = (read: Read, caseless: boolean, usage: string) =>
  directive({
    args: rawArguments,
    context: 'anywhere',
    override: 'FileInfo',
    usage,
    set(_config, raw, cmd) {
      const rule = read(raw, caseless, cmd);
      if (typeof rule === 'string') return rule;
      const config =
        cmd.path === undefined ? serverConfig.draft(cmd.server.config) : directoryConfig.draft(cmd.directory);
      config.rules.push(rule);
      return undefined;
    },
  });

/** Sets variables by what a request looks like. */
export const modSetenvif = defineModule({
  name: 'mod_setenvif',
  identifier: 'setenvif_module',
  httpd: 'modules/metadata/mod_setenvif.c',
  summaries,
  directives: {
    SetEnvIf: ruleDirective(readSetEnvIf, false, 'A header-name, regex and a list of variables.'),
    SetEnvIfNoCase: ruleDirective(readSetEnvIf, true, 'a header-name, regex and a list of variables.'),
    SetEnvIfExpr: ruleDirective(readSetEnvIfExpr, false, 'an expression and a list of variables.'),
    BrowserMatch: ruleDirective(readBrowserMatch, false, 'A browser regex and a list of variables.'),
    BrowserMatchNoCase: ruleDirective(readBrowserMatch, true, 'A browser regex and a list of variables.'),
  },
  hooks: [
    postReadRequest(setVariables(serverConfig), { when: (view) => serverConfig.of(view).rules.length > 0 }),
    headerParser(setVariables(directoryConfig), {
      when: (view) => directoryConfig.of(view).rules.length > 0,
    }),
  ],
});
