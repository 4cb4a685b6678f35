import { perDirectory } from '@httpd-ts/kernel';

/** httpd: modules/mappers/mod_speling.c spconfig */
export interface SpelingConfig {
  enabled?: boolean;
  caseOnly?: boolean;
  /** Whether a name that is alike only before its first dot counts; it does unless it is said otherwise. */
  basename?: boolean;
}

/** The innermost section that says anything decides everything: httpd has no merge here. */
export const spelingConfig = perDirectory<SpelingConfig>({
  create: () => ({}),
  merge: (_outer, inner) => ({ ...inner }),
});
