import { defineModule, directive, NOT_IN, take1 } from '@httpd-ts/kernel';
import { parseTimeout } from '../core/contract.ts';
import { summaries } from './summaries.ts';

/** Timers for other modules; here they set their own. */
export const modWatchdog = defineModule({
  name: 'mod_watchdog',
  identifier: 'watchdog_module',
  httpd: 'modules/core/mod_watchdog.c',
  isStatic: true,
  summaries,
  directives: {
    WatchdogInterval: directive({
      args: take1,
      context: 'server',
      usage: 'Watchdog interval in seconds',
      default: '1',
      notIn: NOT_IN.anySection,
      support: { accepted: 'modules that need a timer have their own' },
      set(_config, word) {
        const intervalMs = parseTimeout(word);
        if (intervalMs === undefined) return 'Unparse-able WatchdogInterval setting';
        return intervalMs < 100 ? 'Invalid WatchdogInterval: minimal value 100ms' : undefined;
      },
    }),
  },
});
