/** What each directive of mod_negotiation is for, in one sentence. */
export const summaries = {
  CacheNegotiatedDocs: 'Whether caches may keep negotiated responses.',
  LanguagePriority: 'The languages to choose from when the client does not say.',
  ForceLanguagePriority: 'When LanguagePriority decides in place of an error.',
};
