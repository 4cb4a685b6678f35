/** What each directive of mod_proxy_html is for, in one sentence. */
export const summaries = {
  ProxyHTMLBufSize: 'The buffer for scripts and styles.',
  ProxyHTMLCharsetOut: 'The charset of changed pages.',
  ProxyHTMLDoctype: 'The DOCTYPE of changed pages.',
  ProxyHTMLEnable: 'Whether links in pages are changed.',
  ProxyHTMLEvents: 'Attributes that hold scripts.',
  ProxyHTMLExtended: 'Whether scripts and styles are changed too.',
  ProxyHTMLFixups: 'How links are tidied.',
  ProxyHTMLInterp: 'Whether maps may have variables.',
  ProxyHTMLLinks: 'Attributes that hold links.',
  ProxyHTMLMeta: 'Whether META tags become headers.',
  ProxyHTMLStripComments: 'Whether comments are removed.',
  ProxyHTMLURLMap: 'Puts one URL in place of another in pages.',
};
