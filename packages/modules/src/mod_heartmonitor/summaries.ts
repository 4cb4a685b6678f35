/** What each directive of mod_heartmonitor is for, in one sentence. */
export const summaries = {
  HeartbeatListen: 'Where other servers tell how busy they are.',
  HeartbeatMaxServers: 'How many servers can tell.',
  HeartbeatStorage: 'The file of what they told.',
};
