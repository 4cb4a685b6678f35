import { innerWins, perDirectory, type TlsVersion } from '@httpd-ts/kernel';

/** How certificates of back ends are verified. */
export type Verification = 'none' | 'optional' | 'require' | 'optional_no_ca';

/** TLS to back ends, by server and `<Proxy>` section. A field left out was not set. httpd: SSLDirConfigRec proxy, modssl_ctx_t */
export interface SslProxyConfig {
  engine?: boolean;
  verify?: Verification;
  verifyDepth?: number;
  checkPeerName?: boolean;
  checkPeerCn?: boolean;
  checkPeerExpire?: boolean;
  /** PEM texts. */
  authorities?: readonly string[];
  authoritiesOfPath?: readonly string[];
  revocationLists?: readonly string[];
  revocationListsOfPath?: readonly string[];
  revocationCheck?: 'none' | 'leaf' | 'chain';
  machineCertificate?: MachineCertificate;
  machineChain?: string;
  versions?: readonly TlsVersion[];
  ciphers?: string;
  suites13?: string;
}

/** The certificate that is shown to back ends which ask for one, with its key. */
export interface MachineCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** httpd: modules/ssl/ssl_engine_config.c modssl_ctx_cfg_merge_proxy */
export const sslProxy = perDirectory<SslProxyConfig>({ create: () => ({}), merge: innerWins });
