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
import type { OrderedHook } from './plan.ts';
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

/** The hooks that have something to do under a directory configuration, kept with it. */
export function requestPlan(directory: DirectoryConfig): RequestPlan {
  const view: ConfigView = { server: directory.server, directory };
  const { hooks, observer } = directory.server.plan;
  const entries = phaseNames.map((phase) => [
    phase,
    hooks[phase]
      .filter(({ when }) => when === undefined || when(view))
      .map(({ hook, module }) => observer?.watch(phase, module, runOf(hook)) ?? runOf(hook)),
  ]);
  const fixupPlaces = hooks.fixups.flatMap(({ when }, i) => (when === undefined || when(view) ? [i] : []));
  const plan = Object.fromEntries([...entries, ['fixupPlaces', fixupPlaces]]) as RequestPlan;
  directory.plan = plan;
  return plan;
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
