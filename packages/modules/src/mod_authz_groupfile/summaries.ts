export const summaries = {
  AuthGroupFile: 'The file with groups and their users.',
};
