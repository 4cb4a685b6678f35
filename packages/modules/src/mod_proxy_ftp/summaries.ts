/** What each directive of mod_proxy_ftp is for, in one sentence. */
export const summaries = {
  ProxyFtpDirCharset: 'The charset of FTP listings.',
  ProxyFtpEscapeWildcards: 'Whether wildcards in FTP names are escaped.',
  ProxyFtpListOnWildcard: 'Whether wildcards in FTP names give a listing.',
};
