/** What each directive of mod_macro is for, in one sentence. */
export const summaries = {
  '<Macro': 'Lines with parameters, for Use.',
  Use: 'Puts the lines of a macro here.',
  UndefMacro: 'Forgets a macro.',
  MacroIgnoreEmptyArgs: 'Whether empty arguments of macros are warned of.',
  MacroIgnoreBadNesting: 'Whether macros with unbalanced sections are warned of.',
};
