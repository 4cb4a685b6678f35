/** What each directive of mod_vhost_alias is for, in one sentence. */
export const summaries = {
  VirtualDocumentRoot: "A DocumentRoot made of the host's name.",
  VirtualDocumentRootIP: 'A DocumentRoot made of the address.',
  VirtualScriptAlias: "A script directory made of the host's name.",
  VirtualScriptAliasIP: 'A script directory made of the address.',
};
