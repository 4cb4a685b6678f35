import type { ConfigView } from '../declare/config-records.ts';
import type { ModuleDefinition } from '../declare/define-module.ts';
import {
  type HookDeclaration,
  type HookOrder,
  type LifecycleHook,
  type LifecyclePhase,
  type RequestHook,
  type RequestPhase,
  requestPhases,
} from '../declare/hooks.ts';
import type { DirectoryConfig } from './directory-config.ts';
import type { OrderedHook, ServedPlan } from './plan.ts';
import type { RequestPlan } from './request-plan.ts';

const ranks: Readonly<Record<HookOrder, number>> = {
  'really-first': 0,
  first: 1,
  middle: 2,
  last: 3,
  'really-last': 4,
};

/**
 * Sorts the hooks of one phase: by their order, then by load order, moved as little as `before` and `after` need.
 * httpd: apr_hooks.c sort_hook
 */
export function orderHooks(
  modules: readonly ModuleDefinition[],
  phase: RequestPhase | LifecyclePhase,
): OrderedHook[] {
  const waiting: OrderedHook[] = [];
  for (const { name, hooks = [] } of modules) {
    for (const hook of hooks) if (hook.phase === phase) waiting.push({ module: name, hook, when: hook.when });
  }
  waiting.sort((a, b) => ranks[a.hook.order ?? 'middle'] - ranks[b.hook.order ?? 'middle']);
  const sorted: OrderedHook[] = [];
  while (waiting.length > 0) {
    const free = waiting.findIndex(
      (one) => !waiting.some((other) => other !== one && mustPrecede(other, one)),
    );
    sorted.push(...waiting.splice(Math.max(free, 0), 1));
  }
  return sorted;
}

function mustPrecede(earlier: OrderedHook, later: OrderedHook): boolean {
  return (earlier.hook.before?.includes(later.module) || later.hook.after?.includes(earlier.module)) ?? false;
}

const phaseNames = Object.keys(requestPhases) as RequestPhase[];

/** All request phases in their order. */
export function orderRequestHooks(modules: readonly ModuleDefinition[]): {
  [phase in RequestPhase]: OrderedHook[];
} {
  const entries = phaseNames.map((phase) => [phase, orderHooks(modules, phase)] as const);
  return Object.fromEntries(entries) as { [phase in RequestPhase]: OrderedHook[] };
}

/**
 * The hooks that have something to do under a directory configuration, kept with it. Configurations under which the
 * same hooks do share their plan.
 */
export function requestPlan(directory: DirectoryConfig): RequestPlan {
  const view: ConfigView = { server: directory.server, directory };
  const { hooks, requestPlans } = directory.server.plan;
  let key = '';
  for (const phase of phaseNames)
    for (const { when } of hooks[phase]) key += when === undefined || when(view) ? '1' : '0';
  let plan = requestPlans.get(key);
  if (plan === undefined) {
    plan = planOf(directory.server.plan, key);
    requestPlans.set(key, plan);
  }
  directory.plan = plan;
  return plan;
}

/** `taking` has a `1` for each hook of all phases that takes part. */
function planOf({ hooks, observer }: ServedPlan, taking: string): RequestPlan {
  let at = 0;
  const taken = phaseNames.map((phase) => {
    const places = [...hooks[phase].keys()].filter(() => taking[at++] === '1');
    return [phase, places] as const;
  });
  const entries = taken.map(([phase, places]) => [
    phase,
    places.map((place) => {
      const { hook, module } = hooks[phase][place]!;
      return observer?.watch(phase, module, runOf(hook)) ?? runOf(hook);
    }),
  ]);
  const fixupPlaces = Object.fromEntries(taken).fixups;
  return Object.fromEntries([...entries, ['fixupPlaces', fixupPlaces]]) as RequestPlan;
}

function runOf(hook: HookDeclaration): RequestHook {
  return (hook as { run: RequestHook }).run;
}

/** Runs the hooks of a lifecycle phase. */
export function runLifecycle(
  modules: readonly ModuleDefinition[],
  phase: LifecyclePhase,
  ...args: Parameters<LifecycleHook>
): void {
  for (const { hook } of orderHooks(modules, phase))
    (hook as { runAtStart: LifecycleHook }).runAtStart(...args);
}
