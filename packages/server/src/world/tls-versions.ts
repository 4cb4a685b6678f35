import type { TlsVersion } from '@httpd-ts/kernel';
import { builtins } from './builtins.ts';

/** Bits that rule out all versions but these. */
export function versionOptions(allowed: readonly TlsVersion[]): number {
  const { constants } = builtins.crypto;
  const options: Readonly<Record<TlsVersion, number>> = {
    TLSv1: constants.SSL_OP_NO_TLSv1,
    'TLSv1.1': constants.SSL_OP_NO_TLSv1_1,
    'TLSv1.2': constants.SSL_OP_NO_TLSv1_2,
    'TLSv1.3': constants.SSL_OP_NO_TLSv1_3,
  };
  const versions = Object.keys(options) as TlsVersion[];
  return versions.reduce((bits, version) => (allowed.includes(version) ? bits : bits | options[version]), 0);
}

/** The suites of TLS 1.3 that OpenSSL offers by itself; a list for older versions leaves them as they are. */
export const standardSuites13 = 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256';
