import {
  type KeptTexts,
  type ModuleDefinition,
  runLifecycle,
  type Scoreboard,
  type SharedMemory,
} from '@httpd-ts/kernel';
import { loadModules } from '../load-modules.ts';
import { nodeWorld } from '../world/node-world.ts';
import { nodeSystem } from '../world/system-facts.ts';
import { type Compiled, compilePlan } from './compile-plan.ts';
import { threadLogs } from './log-frames.ts';
import type { PlainConfiguration } from './messages.ts';

/** What modules do once in a serving process, beside its worker threads: health checks, heartbeats. */
export interface MainThreadWork {
  /** Goes over to a configuration, when its turn comes. */
  follow(configuration: PlainConfiguration): void;
  stop(): void;
}

export interface MainThreadOptions {
  readonly logDescriptor: number;
  readonly shared: SharedMemory;
  readonly kept: KeptTexts;
  readonly scoreboard: Scoreboard;
  failed(text: string): void;
}

/** Prepares the work; nothing is loaded before a configuration needs it. */
export function mainThreadWork(options: MainThreadOptions): MainThreadWork {
  const { logDescriptor, shared, kept, scoreboard, failed } = options;
  const logs = threadLogs(logDescriptor);
  let modules: ReadonlyMap<string, ModuleDefinition> | undefined;
  let current: Compiled | undefined;
  let turn: Promise<void> = Promise.resolve();
  let isStopped = false;

  const leave = () => {
    if (current !== undefined) {
      const { plan, compilation } = current;
      runLifecycle(plan.modules, 'serverExit', compilation, plan);
    }
    current = undefined;
  };
  const enter = async (configuration: PlainConfiguration) => {
    if (!configuration.hasMainThreadWork) {
      leave();
      return;
    }
    modules ??= new Map(
      (await loadModules(configuration.modulesSource)).map((module) => [module.name, module]),
    );
    if (isStopped) return;
    logs.setTargets(configuration.logTargets);
    const world = nodeWorld({
      logs,
      kept,
      shared,
      scoreboard,
      system: nodeSystem(configuration.startedAtMs),
    });
    const next = compilePlan(configuration, world, modules);
    if (typeof next === 'string') {
      failed(next);
      return;
    }
    leave();
    current = next;
    runLifecycle(next.plan.modules, 'serverInit', next.compilation, next.plan);
  };

  return {
    follow(configuration) {
      turn = turn
        .then(() => enter(configuration))
        .catch((error: unknown) => failed(error instanceof Error ? error.message : String(error)));
    },
    stop() {
      isStopped = true;
      leave();
      logs.flush();
    },
  };
}
