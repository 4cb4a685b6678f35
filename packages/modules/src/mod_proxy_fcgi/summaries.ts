/** What each directive of mod_proxy_fcgi is for, in one sentence. */
export const summaries = {
  ProxyFCGIBackendType: 'The kind of FastCGI server, which decides some variables.',
  ProxyFCGISetEnvIf: 'Changes variables before they go to a FastCGI server.',
};
