/** What each directive of mod_proxy_hcheck is for, in one sentence. */
export const summaries = {
  ProxyHCExpr: 'A condition on answers of health checks, by name.',
  ProxyHCTemplate: 'Settings of health checks, by name.',
  ProxyHCTPsize: 'How many threads check.',
};
