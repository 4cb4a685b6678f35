/** What each directive of mod_access_compat is for, in one sentence. */
export const summaries = {
  order: 'Old access control: whether Allow or Deny is looked at first. Require has taken its place.',
  allow: 'Old access control: who is let in. Require has taken its place.',
  deny: 'Old access control: who is kept out. Require has taken its place.',
  Satisfy: 'Old access control: whether host and password must both be right.',
};
