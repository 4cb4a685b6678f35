/** What each directive of mod_substitute is for, in one sentence. */
export const summaries = {
  Substitute: 'Replaces text in responses.',
  SubstituteInheritBefore: 'Whether replacements of outer places come first.',
  SubstituteMaxLineLength: 'The longest line that is replaced in.',
};
