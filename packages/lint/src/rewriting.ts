import { entryOf } from '@httpd-ts/kernel';
import { readLineWords } from '@httpd-ts/modules';
import type { Configuration } from './rule.ts';
import { directorySectionOf, type Statement, scopeOf } from './statements.ts';

/** A RewriteCond, taken apart. */
export interface RewriteCondition {
  readonly statement: Statement;
  readonly input: string;
  /** Without `!`. */
  readonly pattern: string;
  readonly isNegated: boolean;
  /** Whether the pattern is a regular expression, not a test such as `-f` or `=text`. */
  readonly isRegex: boolean;
  readonly flags: ReadonlyMap<string, string>;
}

/** A RewriteRule, taken apart, with the conditions before it. */
export interface RewriteRule {
  readonly statement: Statement;
  readonly conditions: readonly RewriteCondition[];
  readonly pattern: string;
  readonly isNegated: boolean;
  readonly substitution: string;
  /** Values by flag, under its short name in upper case. */
  readonly flags: ReadonlyMap<string, string>;
}

/** The rules of one server or one directory section. */
export interface RewriteList {
  /** Undefined: the main server, or the whole of a `.htaccess`. */
  readonly scope: Statement | undefined;
  /** Whether patterns see the path without its directory. */
  readonly isPerDirectory: boolean;
  readonly rules: readonly RewriteRule[];
  /** Conditions behind the last rule. */
  readonly dangling: readonly RewriteCondition[];
}

const longNames: Readonly<Record<string, string>> = {
  CHAIN: 'C',
  COOKIE: 'CO',
  ENV: 'E',
  FORBIDDEN: 'F',
  GONE: 'G',
  HANDLER: 'H',
  LAST: 'L',
  NEXT: 'N',
  NOCASE: 'NC',
  NOESCAPE: 'NE',
  NOSUBREQ: 'NS',
  ORNEXT: 'OR',
  PASSTHROUGH: 'PT',
  PROXY: 'P',
  QSAPPEND: 'QSA',
  QSDISCARD: 'QSD',
  QSLAST: 'QSL',
  REDIRECT: 'R',
  SKIP: 'S',
  TYPE: 'T',
};

function flagsOf(text: string | undefined): ReadonlyMap<string, string> {
  const inside = /^\[(.*)\]$/s.exec(text ?? '')?.[1] ?? '';
  return new Map(
    inside.split(',').map((field) => {
      const [, key = '', value = ''] = /^\s*([^=\s]*)\s*(?:=(.*?))?\s*$/s.exec(field) ?? [];
      const name = key.toUpperCase();
      return [entryOf(longNames, name) ?? name, value];
    }),
  );
}

const unbang = (text: string) => (text.startsWith('!') ? text.slice(1) : text);

function conditionOf(statement: Statement): RewriteCondition | undefined {
  const line = readLineWords(statement.node.args);
  if (line === undefined) return undefined;
  const pattern = unbang(line.second);
  const isRegex = line.first.toLowerCase() !== 'expr' && !/^(?:-\w+$|-\w+ |[<>=])/.test(pattern);
  return {
    statement,
    input: line.first,
    pattern,
    isNegated: line.second !== pattern,
    isRegex,
    flags: flagsOf(line.third),
  };
}

const listsOf = new WeakMap<Configuration, readonly RewriteList[]>();

/** The rules of a configuration by the server or section they stand in, in file order. */
export function rewriteLists(configuration: Configuration): readonly RewriteList[] {
  let lists = listsOf.get(configuration);
  if (lists === undefined) {
    lists = readLists(configuration);
    listsOf.set(configuration, lists);
  }
  return lists;
}

function readLists({ statements, kind }: Configuration): readonly RewriteList[] {
  interface Draft {
    readonly rules: RewriteRule[];
    conditions: RewriteCondition[];
    readonly isPerDirectory: boolean;
  }
  const drafts = new Map<Statement | undefined, Draft>();
  for (const statement of statements.named('rewritecond', 'rewriterule')) {
    const scope = scopeOf(statement);
    const isPerDirectory = kind === 'htaccess' || directorySectionOf(statement) !== undefined;
    const draft = drafts.get(scope) ?? { rules: [], conditions: [], isPerDirectory };
    drafts.set(scope, draft);
    if (statement.name === 'rewritecond') {
      const condition = conditionOf(statement);
      if (condition !== undefined) draft.conditions.push(condition);
      continue;
    }
    const line = readLineWords(statement.node.args);
    if (line === undefined) continue;
    const pattern = unbang(line.first);
    draft.rules.push({
      statement,
      conditions: draft.conditions,
      pattern,
      isNegated: pattern !== line.first,
      substitution: line.second,
      flags: flagsOf(line.third),
    });
    draft.conditions = [];
  }
  return [...drafts].map(([scope, { rules, conditions, isPerDirectory }]) => ({
    scope,
    rules,
    dangling: conditions,
    isPerDirectory,
  }));
}

/** Whether a rule that matches is the last to be applied. */
export function isFinal({ flags, substitution }: RewriteRule): boolean {
  if (flags.has('C') || flags.has('S') || flags.has('NS') || flags.has('N')) return false;
  if (['L', 'END', 'P', 'PT', 'F', 'G'].some((flag) => flags.has(flag))) return true;
  const status = flags.get('R');
  return status !== undefined && /^[245]\d\d$/.test(status) && substitution === '-';
}
