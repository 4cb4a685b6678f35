/** What each directive of mod_lbmethod_heartbeat is for, in one sentence. */
export const summaries = {
  HeartbeatStorage: 'The file of what they told.',
};
