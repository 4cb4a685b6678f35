import { performance } from 'node:perf_hooks';
import type { Clock } from '@httpd-ts/kernel';

/** How soon an adjustment of the clock is seen. */
const checkEveryMs = 50;

/** This machine's clock, with microseconds. */
export function nodeClock(): Clock {
  let offset = performance.timeOrigin;
  let checkedAt = Number.NEGATIVE_INFINITY;
  return {
    now() {
      const monotonic = performance.now();
      if (monotonic - checkedAt > checkEveryMs) {
        checkedAt = monotonic;
        // Date.now follows adjustments of the clock but has whole milliseconds only.
        const ahead = monotonic + offset - Date.now();
        if (ahead <= -1 || ahead >= 2) offset -= ahead;
      }
      return monotonic + offset;
    },
    monotonic: () => performance.now(),
    zoneOffsetMinutes: (atMs) => -new Date(atMs).getTimezoneOffset(),
    after(delayMs, run) {
      const timer = setTimeout(run, delayMs);
      return { cancel: () => clearTimeout(timer) };
    },
    afterInput: (run) => void setImmediate(run),
  };
}
