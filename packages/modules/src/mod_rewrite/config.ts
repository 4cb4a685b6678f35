import { perDirectory, perServer, type ServerRecord } from '@httpd-ts/kernel';
import type { Condition } from './read-condition.ts';
import type { RewriteMap } from './rewrite-map.ts';
import type { Rule } from './rule.ts';
import { type RuleList, ruleList } from './rule-list.ts';

/** Words of RewriteOptions, in lower case. */
export type RewriteOption =
  | 'inherit'
  | 'inheritbefore'
  | 'inheritdown'
  | 'inheritdownbefore'
  | 'ignoreinherit'
  | 'allownoslash'
  | 'allowanyuri'
  | 'mergebase'
  | 'ignorecontextinfo'
  | 'legacyprefixdocroot'
  | 'unsafeprefixstat';

interface Shared {
  engine?: boolean;
  options?: ReadonlySet<RewriteOption>;
  conditions: Condition[];
  rules: Rule[];
  /** The rules in the form requests go through, made when first needed. */
  prepared: { list?: RuleList };
}

export interface RewriteServerConfig extends Shared {
  /** The server whose directives these are: a virtual host without any is left alone. */
  server?: ServerRecord;
  maps: ReadonlyMap<string, RewriteMap>;
}

export interface RewriteDirectoryConfig extends Shared {
  /** The directory the directives stand in, with a final slash; for other sections, what they say they match. */
  directory?: string;
  baseUrl?: string;
  /** Whether MergeBase counts the URL as this section's own. As in httpd, a merge without MergeBase forgets it. */
  ownsBase?: boolean;
}

/** Rules and conditions that hold in an inner place: its own, and by option those around it before or behind. */
function inheritRules(
  outer: Shared,
  inner: Shared,
  options: ReadonlySet<RewriteOption>,
): Pick<Shared, 'conditions' | 'rules' | 'prepared'> {
  const ignores = options.has('ignoreinherit');
  const down = (option: RewriteOption) => !ignores && (outer.options?.has(option) ?? false);
  if (options.has('inherit') || down('inheritdown')) return joined(inner, outer);
  if (options.has('inheritbefore') || down('inheritdownbefore')) return joined(outer, inner);
  return inner;
}

function joined(first: Shared, second: Shared): Pick<Shared, 'conditions' | 'rules' | 'prepared'> {
  return {
    conditions: [...first.conditions, ...second.conditions],
    rules: [...first.rules, ...second.rules],
    prepared: {},
  };
}

function mergeShared<Config extends Shared>(outer: Config, inner: Config): Config {
  const options = inner.options ?? outer.options;
  const engine = inner.engine ?? outer.engine;
  const { conditions, rules, prepared } = inheritRules(outer, inner, options ?? noOptions);
  return {
    ...inner,
    conditions,
    rules,
    prepared,
    ...(options === undefined ? {} : { options }),
    ...(engine === undefined ? {} : { engine }),
  };
}

const noOptions: ReadonlySet<RewriteOption> = new Set();

/** httpd: modules/mappers/mod_rewrite.c config_server_merge */
export const rewriteServer = perServer<RewriteServerConfig>({
  create: () => ({ conditions: [], rules: [], prepared: {}, maps: new Map() }),
  merge(outer, inner) {
    const merged = mergeShared(outer, inner);
    const inherits = merged.rules !== inner.rules;
    if (inherits) merged.maps = new Map([...outer.maps, ...inner.maps]);
    return merged;
  },
});

/** httpd: config_perdir_merge */
export const rewriteDirectory = perDirectory<RewriteDirectoryConfig>({
  create: () => ({ conditions: [], rules: [], prepared: {} }),
  merge(outer, inner) {
    const merged = mergeShared(outer, inner);
    delete merged.ownsBase;
    if (!hasOption(merged, 'mergebase')) return merged;
    if (inner.ownsBase !== true) {
      delete merged.baseUrl;
      if (outer.baseUrl !== undefined) merged.baseUrl = outer.baseUrl;
    }
    if (inner.ownsBase === true || outer.ownsBase === true) merged.ownsBase = true;
    return merged;
  },
});

/** The rules of a server or directory, indexed. */
export function rulesOf({ prepared, rules }: Shared): RuleList {
  prepared.list ??= ruleList(rules);
  return prepared.list;
}

/** Whether an option is in force. */
export function hasOption(config: Shared, option: RewriteOption): boolean {
  return config.options?.has(option) ?? false;
}
