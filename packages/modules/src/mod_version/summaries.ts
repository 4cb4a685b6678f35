/** What each directive of mod_version is for, in one sentence. */
export const summaries = {
  '<IfVersion': 'Content that counts only for some versions of the server.',
};
