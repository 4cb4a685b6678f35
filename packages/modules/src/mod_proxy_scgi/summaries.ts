/** What each directive of mod_proxy_scgi is for, in one sentence. */
export const summaries = {
  ProxySCGISendfile: 'Whether an SCGI server may name a file to send.',
  ProxySCGIInternalRedirect: 'Whether an SCGI server may redirect inside this server.',
};
