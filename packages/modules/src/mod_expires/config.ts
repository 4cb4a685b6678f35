import { perDirectory } from '@httpd-ts/kernel';
import type { FreshPeriod } from './read-period.ts';

export interface ExpiresConfig {
  isActive?: boolean;
  default?: FreshPeriod;
  /** By media type in lower case. */
  readonly byType: Map<string, FreshPeriod>;
  /** Whether this section, not one around it, names a type such as `image/*`. */
  hasWildcards: boolean;
}

/** httpd: modules/metadata/mod_expires.c merge_expires_dir_configs; wildcards count only in the section that has them. */
export const expiresConfig = perDirectory<ExpiresConfig>({
  create: () => ({ byType: new Map(), hasWildcards: false }),
  merge(outer, inner) {
    const merged: ExpiresConfig = {
      byType: new Map([...outer.byType, ...inner.byType]),
      hasWildcards: inner.hasWildcards,
    };
    const isActive = inner.isActive ?? outer.isActive;
    const byDefault = inner.default ?? outer.default;
    if (isActive !== undefined) merged.isActive = isActive;
    if (byDefault !== undefined) merged.default = byDefault;
    return merged;
  },
});
