import type { RequestHook } from '../declare/hooks.ts';
import { DECLINED, type HookResult, type HookStatus, OK } from '../status.ts';
import type { RequestRecord } from './request-record.ts';

/** Runs hooks until one does not decline. Waits only for a hook that gave a promise. */
export function runFirst(hooks: readonly RequestHook[], request: RequestRecord, from = 0): HookResult {
  for (let i = from; i < hooks.length; i++) {
    const answer = hooks[i]!(request);
    if (typeof answer !== 'number') return firstAfter(answer, hooks, request, i + 1);
    if (answer !== DECLINED) return answer;
  }
  return DECLINED;
}

async function firstAfter(
  pending: Promise<HookStatus>,
  hooks: readonly RequestHook[],
  request: RequestRecord,
  next: number,
): Promise<HookStatus> {
  const answer = await pending;
  return answer === DECLINED ? runFirst(hooks, request, next) : answer;
}

/** Runs all hooks until one answers neither OK nor DECLINED. OK when all went well, even if there was none. */
export function runAll(hooks: readonly RequestHook[], request: RequestRecord, from = 0): HookResult {
  for (let i = from; i < hooks.length; i++) {
    const answer = hooks[i]!(request);
    if (typeof answer === 'object') return allAfter(answer, hooks, request, i + 1);
    if (answer !== OK && answer !== DECLINED && answer !== undefined) return answer;
  }
  return OK;
}

async function allAfter(
  pending: Promise<HookStatus>,
  hooks: readonly RequestHook[],
  request: RequestRecord,
  next: number,
): Promise<HookStatus> {
  const answer = await pending;
  return answer === OK || answer === DECLINED || answer === undefined ? runAll(hooks, request, next) : answer;
}

/**
 * Goes on with `next` once an answer is there: at once when it is a number.
 * Not named `then`, which would make a promise of the whole package to whoever imports it dynamically.
 */
export function afterAnswer(answer: HookResult, next: (status: HookStatus) => HookResult): HookResult {
  return typeof answer === 'number' ? next(answer) : answer.then(next);
}
