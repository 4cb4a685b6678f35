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
