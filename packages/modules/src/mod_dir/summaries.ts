/** What each directive of mod_dir is for, in one sentence. */
export const summaries = {
  DirectoryIndex: 'The files that answer for a directory.',
  DirectorySlash: 'Whether a missing slash behind a directory is added by a redirect.',
  DirectoryIndexRedirect: 'Whether clients are redirected to the index file.',
  DirectoryCheckHandler: 'Whether an index is looked for although a handler is set.',
  FallbackResource: 'The page that answers for what does not exist.',
};
