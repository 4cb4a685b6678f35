/** What each directive of mpm_worker is for, in one sentence. */
export const summaries = {
  ThreadLimit: 'The most threads a process can have.',
  ThreadsPerChild: 'How many threads a process has.',
  MinSpareThreads: 'How many idle threads there are at least.',
  MaxSpareThreads: 'How many idle threads there are at most.',
};
