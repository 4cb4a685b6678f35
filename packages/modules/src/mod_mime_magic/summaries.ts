/** What each directive of mod_mime_magic is for, in one sentence. */
export const summaries = {
  MimeMagicFile: 'The file that tells types by content.',
};
