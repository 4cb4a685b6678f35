import { innerWins, perDirectory, type TextExpression } from '@httpd-ts/kernel';

export interface AuthnCoreConfig {
  authType?: TextExpression;
  authName?: TextExpression;
}

export const authnCoreConfig = perDirectory<AuthnCoreConfig>({ create: () => ({}), merge: innerWins });
