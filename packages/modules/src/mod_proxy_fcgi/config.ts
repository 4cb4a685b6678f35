import { type ConditionExpression, innerWins, perDirectory, type TextExpression } from '@httpd-ts/kernel';

/** One ProxyFCGISetEnvIf. */
export interface EnvironmentFixup {
  readonly condition: ConditionExpression;
  readonly name: string;
  /** Undefined takes the variable away. */
  readonly value: TextExpression | undefined;
}

/** A field left out was not set in this section. httpd: fcgi_dirconf_t */
export interface FcgiConfig {
  backendType?: 'FPM' | 'GENERIC';
  fixups: EnvironmentFixup[];
}

export const fcgiConfig = perDirectory<FcgiConfig>({
  create: () => ({ fixups: [] }),
  merge(outer, inner) {
    const merged = innerWins(outer, inner);
    merged.fixups = [...outer.fixups, ...inner.fixups];
    return merged;
  },
});
