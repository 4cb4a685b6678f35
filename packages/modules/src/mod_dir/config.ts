import { innerWins, perDirectory } from '@httpd-ts/kernel';

/** A field left out was not set in this section, so the enclosing section decides. httpd: dir_config_rec */
export interface DirConfig {
  indexes?: readonly string[];
  slash?: boolean;
  /** Status of the redirection to an index file; 0 serves it in place. */
  indexRedirect?: number;
  checkHandler?: boolean;
  /** FallbackResource; `disabled` is none. */
  fallback?: string;
}

export const dirConfig = perDirectory<DirConfig>({ create: () => ({}), merge: innerWins });
