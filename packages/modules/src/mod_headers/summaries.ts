/** What each directive of mod_headers is for, in one sentence. */
export const summaries = {
  Header: 'Sets, changes or removes headers of responses.',
  RequestHeader: 'Sets, changes or removes headers of requests.',
};
