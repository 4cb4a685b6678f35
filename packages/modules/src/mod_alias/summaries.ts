/** What each directive of mod_alias is for, in one sentence. */
export const summaries = {
  Alias: 'Maps a URL path to files outside of DocumentRoot.',
  ScriptAlias: 'Maps a URL path to a directory of CGI scripts.',
  AliasMatch: 'Maps URLs that match a pattern to files.',
  ScriptAliasMatch: 'Maps URLs that match a pattern to CGI scripts.',
  AliasPreservePath: 'Whether what follows the path of a <Location> is kept by Alias in it.',
  Redirect: 'Sends clients that ask for a path elsewhere.',
  RedirectTemp: 'Redirect with status 302.',
  RedirectPermanent: 'Redirect with status 301.',
  RedirectMatch: 'Sends clients whose URL matches a pattern elsewhere.',
  RedirectRelative: 'Whether redirects may name a path without a host.',
};
