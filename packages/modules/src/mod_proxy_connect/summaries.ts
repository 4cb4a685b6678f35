/** What each directive of mod_proxy_connect is for, in one sentence. */
export const summaries = {
  AllowCONNECT: 'The ports to which CONNECT is allowed.',
};
