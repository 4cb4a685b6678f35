/** What each directive of mod_userdir is for, in one sentence. */
export const summaries = {
  UserDir: 'The directories behind /~user.',
};
