/** What each directive of mod_setenvif is for, in one sentence. */
export const summaries = {
  SetEnvIf: 'Sets variables by what a request says.',
  SetEnvIfNoCase: 'SetEnvIf without regard to case.',
  SetEnvIfExpr: 'Sets variables by an expression.',
  BrowserMatch: 'Sets variables by the User-Agent header.',
  BrowserMatchNoCase: 'BrowserMatch without regard to case.',
};
