/** What each directive of mod_authz_core is for, in one sentence. */
export const summaries = {
  '<AuthzProviderAlias': 'A Require condition with its settings under a name of its own.',
  Require: 'Who may have what is in this place.',
  '<RequireAll': 'Requires every condition in it.',
  '<RequireAny': 'Requires one of the conditions in it.',
  '<RequireNone': 'Requires that no condition in it holds.',
  AuthMerging: 'How the Require lines of an inner place join those of the outer one.',
  AuthzSendForbiddenOnFailure: 'Whether a user without permission gets 403 instead of 401.',
};
