import { perDirectory } from '@httpd-ts/kernel';
import type { Substitution } from './read-substitution.ts';

export interface SubstituteConfig {
  readonly substitutions: Substitution[];
  inheritBefore?: boolean;
  /** Bytes. */
  maxLineLength?: number;
}

/** httpd: modules/filters/mod_substitute.c AP_SUBST_MAX_LINE_LENGTH */
export const usualMaxLineLength = 1_048_576;

/** httpd: merge_substitute_dcfg */
export const substituteConfig = perDirectory<SubstituteConfig>({
  create: () => ({ substitutions: [] }),
  merge(outer, inner) {
    const inheritBefore = inner.inheritBefore ?? outer.inheritBefore;
    const maxLineLength = inner.maxLineLength ?? outer.maxLineLength;
    return {
      substitutions:
        inheritBefore === true
          ? [...outer.substitutions, ...inner.substitutions]
          : [...inner.substitutions, ...outer.substitutions],
      ...(inheritBefore === undefined ? {} : { inheritBefore }),
      ...(maxLineLength === undefined ? {} : { maxLineLength }),
    };
  },
});
