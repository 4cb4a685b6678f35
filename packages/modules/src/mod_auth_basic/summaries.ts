/** What each directive of mod_auth_basic is for, in one sentence. */
export const summaries = {
  AuthBasicProvider: 'Where passwords of Basic authentication are looked up.',
  AuthBasicAuthoritative: 'Whether an unknown user is refused at once or left to other modules.',
  AuthBasicFake: 'Makes up a user and password for what is behind.',
  AuthBasicUseDigestAlgorithm: 'Whether passwords are stored as digests with the realm.',
};
