/** What each directive of mod_so is for, in one sentence. */
export const summaries = {
  LoadModule: 'Loads a module and makes its directives known.',
  LoadFile: 'Loads a library that a module needs.',
};
