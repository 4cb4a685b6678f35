/** What each directive of mod_auth_digest is for, in one sentence. */
export const summaries = {
  AuthDigestAlgorithm: 'The algorithm of Digest authentication.',
  AuthDigestDomain: 'The URLs for which one Digest login counts.',
  AuthDigestNcCheck: "Whether the count of a nonce's uses is checked.",
  AuthDigestNonceLifetime: 'How long a nonce is good.',
  AuthDigestProvider: 'Where passwords of Digest authentication are looked up.',
  AuthDigestQop: 'How much of a request the digest protects.',
  AuthDigestShmemSize: 'The memory for Digest clients.',
};
