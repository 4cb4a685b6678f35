import { perDirectory } from '@httpd-ts/kernel';
import type { AuthnProvider } from '../mod_authn_core/contract.ts';

export interface AuthDigestConfig {
  providers: readonly AuthnProvider[];
  /** URLs for which one login counts. */
  domain: readonly string[];
  /** 0 is for nonces of one use; below it they are good for ever. */
  nonceLifetimeSeconds: number;
  checksCount: boolean;
}

/** A section with any of the directives has nothing of what the enclosing ones set. */
export const authDigestConfig = perDirectory<AuthDigestConfig>({
  create: () => ({
    providers: [],
    domain: [],
    nonceLifetimeSeconds: 300,
    checksCount: false,
  }),
  merge: (_outer, inner) => inner,
});
