/** What each directive of mod_unixd is for, in one sentence. */
export const summaries = {
  User: 'The user that requests are answered as.',
  Group: 'The group that requests are answered as.',
  ChrootDir: "A directory that becomes the root of the server's files.",
  Suexec: 'Whether scripts may run as other users.',
};
