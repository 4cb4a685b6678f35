/** What each directive of mpm_prefork is for, in one sentence. */
export const summaries = {
  MinSpareServers: 'How many idle processes there are at least.',
  MaxSpareServers: 'How many idle processes there are at most.',
};
