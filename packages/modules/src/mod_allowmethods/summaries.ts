/** What each directive of mod_allowmethods is for, in one sentence. */
export const summaries = {
  AllowMethods: 'The only methods that requests may have.',
};
