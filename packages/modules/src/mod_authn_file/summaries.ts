/** What each directive of mod_authn_file is for, in one sentence. */
export const summaries = {
  AuthUserFile: 'The file with users and passwords.',
};
