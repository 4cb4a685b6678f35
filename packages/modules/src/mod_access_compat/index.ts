import {
  accessChecker,
  type ConfigLine,
  type DirectiveContext,
  defineModule,
  type HookResult,
  iterate2,
  OK,
  perDirectory,
  type RequestRecord,
  satisfyPolicies,
  take1,
} from '@httpd-ts/kernel';
import { type AccessRule, isLimitedTo, matchesRule, readRuleTest } from './find-rule.ts';
import { summaries } from './summaries.ts';

type Order = 'allow,deny' | 'deny,allow' | 'mutual-failure';

interface Limited<Value> {
  readonly limited: ReadonlySet<string> | undefined;
  readonly value: Value;
  readonly definedAt: ConfigLine;
}

interface AccessConfig {
  readonly orders: Limited<Order>[];
  readonly satisfies: Limited<'all' | 'any'>[];
  readonly allows: AccessRule[];
  readonly denies: AccessRule[];
}

/** An inner section's directives replace all of the enclosing one's: httpd has no merge for them. */
const accessConfig = perDirectory<AccessConfig>({
  create: () => ({ orders: [], satisfies: [], allows: [], denies: [] }),
  merge: (_outer, inner) => inner,
});

/** The last setting that holds for the method. */
function settingFor<Value>(settings: readonly Limited<Value>[], method: string): Value | undefined {
  return settingIn(settings, method)?.value;
}

const settingIn = <Value>(settings: readonly Limited<Value>[], method: string) =>
  settings.findLast(({ limited }) => isLimitedTo(limited, method));

/** httpd: modules/aaa/mod_access_compat.c check_dir_access */
function checkAccess(request: RequestRecord): HookResult {
  const config = accessConfig.of(request);
  const setting = settingIn(config.orders, request.method);
  const order = setting?.value ?? 'deny,allow';
  const allowed = matchesRule(request, config.allows);
  const denied = matchesRule(request, config.denies);
  if (typeof allowed === 'boolean' && typeof denied === 'boolean')
    return answer(request, passes(order, allowed, denied), setting);
  return Promise.all([allowed, denied]).then(([isAllowed, isDenied]) =>
    answer(request, passes(order, isAllowed, isDenied), setting),
  );
}

const passes = (order: Order, allowed: boolean, denied: boolean) =>
  order === 'deny,allow' ? allowed || !denied : allowed && !denied;

function answer(request: RequestRecord, isPassed: boolean, order: Limited<Order> | undefined): number {
  if (order !== undefined)
    request.observe('mod_access_compat', order.definedAt, isPassed ? 'lets it pass' : 'refuses it');
  if (isPassed) return OK;
  const place = request.filename ?? `uri ${request.uri}`;
  request.log('access_compat', 'error', `AH01797: client denied by server configuration: ${place}`);
  return 403;
}

function addRule(list: 'allows' | 'denies') {
  return (
    config: AccessConfig,
    [from, where]: readonly [string, string],
    { limited, node }: DirectiveContext,
  ) => {
    if (from.toLowerCase() !== 'from') return "allow and deny must be followed by 'from'";
    const test = readRuleTest(where);
    if (typeof test === 'string') return test;
    config[list].push({ limited, test, definedAt: node });
    return undefined;
  };
}

const inLimit = { context: 'anywhere', override: 'Limit' } as const;
const ruleUsage = "'from' followed by hostnames or IP-address wildcards";

/** Access control as httpd had it before 2.4. */
export const modAccessCompat = defineModule({
  name: 'mod_access_compat',
  identifier: 'access_compat_module',
  httpd: 'modules/aaa/mod_access_compat.c',
  summaries,
  directives: {
    order: accessConfig.directive({
      ...inLimit,
      args: take1,
      usage: "'allow,deny', 'deny,allow', or 'mutual-failure'",
      keywords: ['Deny,Allow', 'Allow,Deny', 'Mutual-failure'],
      default: 'Deny,Allow',
      set(config, word, { limited, node }) {
        const value = word.toLowerCase();
        if (value !== 'allow,deny' && value !== 'deny,allow' && value !== 'mutual-failure')
          return 'unknown order';
        config.orders.push({ limited, value, definedAt: node });
        return undefined;
      },
    }),
    allow: accessConfig.directive({ ...inLimit, args: iterate2, usage: ruleUsage, set: addRule('allows') }),
    deny: accessConfig.directive({ ...inLimit, args: iterate2, usage: ruleUsage, set: addRule('denies') }),
    Satisfy: accessConfig.directive({
      context: 'anywhere',
      override: 'AuthConfig',
      args: take1,
      usage: "access policy if both allow and require used ('all' or 'any')",
      default: 'All',
      set(config, word, { limited, node }) {
        const value = word.toLowerCase();
        if (value !== 'all' && value !== 'any') return "Satisfy either 'any' or 'all'.";
        config.satisfies.push({ limited, value, definedAt: node });
        return undefined;
      },
    }),
  },
  // Without a directive in force everybody passes, but under `Satisfy any` that pass counts, so the hook must run.
  hooks: [accessChecker(checkAccess, { when: ({ directory }) => accessConfig.isSet(directory.vector) })],
  providers: [
    satisfyPolicies.provide('default', {
      satisfies: (request) => settingFor(accessConfig.of(request).satisfies, request.method) ?? 'unspecified',
    }),
  ],
});
