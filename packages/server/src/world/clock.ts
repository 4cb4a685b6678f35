import { performance } from 'node:perf_hooks';
import type { Clock } from '@httpd-ts/kernel';

/** This machine's clock, with microseconds. */
export function nodeClock(): Clock {
  let offset = performance.timeOrigin;
  return {
    now() {
      // Date.now follows adjustments of the clock but has whole milliseconds only.
      const coarse = Date.now();
      const fine = performance.now() + offset;
      if (fine - coarse > -1 && fine - coarse < 2) return fine;
      offset += coarse - fine;
      return coarse;
    },
    monotonic: () => performance.now(),
    zoneOffsetMinutes: (atMs) => -new Date(atMs).getTimezoneOffset(),
    after(delayMs, run) {
      const timer = setTimeout(run, delayMs);
      return { cancel: () => clearTimeout(timer) };
    },
  };
}
