import { innerWins, perDirectory, type TlsVersion } from '@httpd-ts/kernel';
import type { MachineCertificate } from './machine-certificates.ts';
import type { RevocationList } from './revocation-list.ts';

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
  authorities?: PemStore;
  authoritiesOfPath?: PemStore;
  revocationLists?: PemStore;
  revocationListsOfPath?: PemStore;
  revocationCheck?: 'none' | 'leaf' | 'chain';
  mayLackLists?: boolean;
  machineCertificates?: readonly MachineCertificate[];
  machineCertificatesOfPath?: readonly MachineCertificate[];
  /** PEM texts. */
  machineChain?: readonly string[];
  versions?: readonly TlsVersion[];
  ciphers?: string;
  suites13?: string;
}

/**
 * What was read of a file or directory. Either kind may stand in a file that is meant for the other, and counts there
 * as well: OpenSSL keeps both in one store.
 */
export interface PemStore {
  /** PEM texts. */
  readonly certificates: readonly string[];
  readonly lists: readonly RevocationList[];
}

/** All that was read for a configuration. */
export function storesOf(config: SslProxyConfig): readonly PemStore[] {
  const { authorities, authoritiesOfPath, revocationLists, revocationListsOfPath } = config;
  return [authorities, authoritiesOfPath, revocationLists, revocationListsOfPath].filter(
    (store) => store !== undefined,
  );
}

/** httpd: modules/ssl/ssl_engine_config.c modssl_ctx_cfg_merge_proxy */
export const sslProxy = perDirectory<SslProxyConfig>({ create: () => ({}), merge: innerWins });
