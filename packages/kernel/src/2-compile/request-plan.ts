import type { RequestHook, RequestPhase } from '../declare/hooks.ts';

/** The hooks that have something to do under one directory configuration, by phase. Empty phases cost nothing. */
export type RequestPlan = { readonly [phase in RequestPhase]: readonly RequestHook[] } & {
  /** The place of each of these fixups among the fixups of all modules. */
  readonly fixupPlaces: readonly number[];
};
