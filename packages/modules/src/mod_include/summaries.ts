/** What each directive of mod_include is for, in one sentence. */
export const summaries = {
  SSIEndTag: 'What ends an element.',
  SSIErrorMsg: 'What is shown in the place of an element that failed.',
  SSIEtag: 'Whether parsed documents have an ETag.',
  SSILastModified: 'Whether parsed documents say when they were changed.',
  SSILegacyExprParser: 'Conditions are written as they were up to Apache 2.2.',
  SSIStartTag: 'What begins an element.',
  SSITimeFormat: 'How dates are shown.',
  SSIUndefinedEcho: 'What is shown for a variable that is not set.',
  XBitHack: 'HTML files that may be executed are parsed.',
};
