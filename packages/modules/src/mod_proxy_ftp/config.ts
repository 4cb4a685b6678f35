import { innerWins, perDirectory } from '@httpd-ts/kernel';

/** A field left out was not set in this section. httpd: proxy_ftp_dir_conf */
export interface FtpConfig {
  listOnWildcard?: boolean;
  escapeWildcards?: boolean;
  directoryCharset?: string;
}

export const ftpConfig = perDirectory<FtpConfig>({ create: () => ({}), merge: innerWins });
