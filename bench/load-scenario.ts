import { absenceNotes, startOnWork, stopContestants, type Work } from './contestants.ts';
import { type CheckedLoad, loadTable, measureLoad } from './measure-load.ts';
import type { BenchContext, Scenario } from './scenario.ts';

/** A scenario that drives one load against every server that can do the work. */
export function loadScenario(options: {
  readonly name: string;
  readonly title: string;
  readonly what: string;
  readonly load: CheckedLoad;
  /** Prepares files and back ends; they end with the scenario. */
  readonly work: (context: BenchContext) => Promise<Work>;
}): Scenario {
  const { name, title, what, load } = options;
  return {
    name,
    title,
    what,
    run: async (context) => {
      const { contestants, absent } = await startOnWork(context, await options.work(context));
      const { measurements, notes } = await measureLoad(context, contestants, load);
      await stopContestants(contestants);
      return { tables: [loadTable(measurements)], notes: [...absenceNotes(absent), ...notes] };
    },
  };
}
