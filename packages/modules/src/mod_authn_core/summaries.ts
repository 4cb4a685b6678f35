/** What each directive of mod_authn_core is for, in one sentence. */
export const summaries = {
  AuthType: 'How users prove who they are: Basic, Digest, Form.',
  AuthName: 'The realm that browsers show when they ask for a password.',
  '<AuthnProviderAlias': 'A password provider with its settings under a name of its own.',
};
