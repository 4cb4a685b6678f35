/** What each directive of mod_reqtimeout is for, in one sentence. */
export const summaries = {
  RequestReadTimeout: 'How long clients may take to send head and body, and how fast they must be.',
};
