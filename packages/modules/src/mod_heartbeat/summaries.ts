/** What each directive of mod_heartbeat is for, in one sentence. */
export const summaries = {
  HeartbeatAddress: 'Where this server tells how busy it is.',
};
