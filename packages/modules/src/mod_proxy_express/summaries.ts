/** What each directive of mod_proxy_express is for, in one sentence. */
export const summaries = {
  ProxyExpressDBMFile: 'The file that maps host names to back ends.',
  ProxyExpressDBMType: 'The kind of that file.',
  ProxyExpressEnable: 'Switches that mapping on.',
};
