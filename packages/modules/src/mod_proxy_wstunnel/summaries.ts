/** What each directive of mod_proxy_wstunnel is for, in one sentence. */
export const summaries = {
  ProxyWebsocketFallbackToProxyHttp: 'Whether mod_proxy_http takes WebSockets over.',
};
