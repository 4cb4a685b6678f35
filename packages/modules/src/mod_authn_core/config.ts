import { innerWins, perDirectory } from '@httpd-ts/kernel';

export interface AuthnCoreConfig {
  authType?: string;
  /** With quotes escaped. */
  authName?: string;
}

export const authnCoreConfig = perDirectory<AuthnCoreConfig>({ create: () => ({}), merge: innerWins });
