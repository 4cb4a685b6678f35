/** What each directive of mod_actions is for, in one sentence. */
export const summaries = {
  Action: 'A script for a handler or media type.',
  Script: 'A script for a request method.',
};
