import { innerWins, perDirectory, perServer } from '@httpd-ts/kernel';

/** ForceLanguagePriority. */
export interface ForcedPriority {
  readonly prefer: boolean;
  readonly fallback: boolean;
}

/** httpd: neg_dir_config */
export interface NegotiationConfig {
  force?: ForcedPriority | 'none';
  languagePriority?: readonly string[];
}

export const negotiationConfig = perDirectory<NegotiationConfig>({ create: () => ({}), merge: innerWins });

/** CacheNegotiatedDocs. httpd has no merge for it: a virtual host that says nothing has it off. */
export const cacheConfig = perServer<{ cachesNegotiated?: boolean }>({
  create: () => ({}),
  merge: (_outer, inner) => inner,
});
