/** What each directive of mod_rewrite is for, in one sentence. */
export const summaries = {
  RewriteEngine: 'Switches rewriting on or off in this place.',
  RewriteOptions: 'How rules are inherited and what they may match.',
  RewriteBase: 'The URL of a directory, for relative substitutions.',
  RewriteCond: 'A condition of the next RewriteRule.',
  RewriteRule: 'Changes the URL of requests that match a pattern, or answers them.',
  RewriteMap: 'A table or program that rules look words up in.',
};
