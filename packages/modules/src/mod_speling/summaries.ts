/** What each directive of mod_speling is for, in one sentence. */
export const summaries = {
  CheckBasenameMatch: 'Whether names with another extension are tried.',
  CheckCaseOnly: 'Whether letter case alone is corrected.',
  CheckSpelling: 'Whether misspelt URLs are corrected.',
};
