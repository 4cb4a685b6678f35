import { innerWins, perDirectory, type TextExpression } from '@httpd-ts/kernel';
import type { AuthnProvider } from '../mod_authn_core/contract.ts';

export interface AuthBasicConfig {
  providers?: AuthnProvider[];
  authoritative?: boolean;
  /** User and password to present to what runs behind; `off` where an enclosing section's is lifted. */
  fake?: { readonly user: TextExpression; readonly password: TextExpression } | 'off';
  usesDigest?: boolean;
}

export const authBasicConfig = perDirectory<AuthBasicConfig>({ create: () => ({}), merge: innerWins });
