/** What each directive of mod_remoteip is for, in one sentence. */
export const summaries = {
  RemoteIPHeader: "The header that has the client's address.",
  RemoteIPInternalProxy: 'Proxies trusted for private addresses.',
  RemoteIPInternalProxyList: 'A file with such proxies.',
  RemoteIPProxiesHeader: 'The header that gets the proxies passed.',
  RemoteIPProxyProtocol: 'Whether connections begin with the PROXY protocol.',
  RemoteIPProxyProtocolExceptions: 'Clients that do not use it.',
  RemoteIPTrustedProxy: 'Proxies trusted for public addresses.',
  RemoteIPTrustedProxyList: 'A file with such proxies.',
};
