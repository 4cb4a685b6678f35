/** What each directive of mod_watchdog is for, in one sentence. */
export const summaries = {
  WatchdogInterval: 'How often background work is looked after.',
};
