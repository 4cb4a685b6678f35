import { perDirectory } from '@httpd-ts/kernel';
import { addToGroup, defaultGroup, type RequireGroup } from './authz-section.ts';

export interface AuthzCoreConfig {
  group?: RequireGroup;
  merging?: 'off' | 'and' | 'or';
  forbiddenOnFailure?: boolean;
}

/** httpd: modules/aaa/mod_authz_core.c merge_authz_core_dir_config */
export const authzCoreConfig = perDirectory<AuthzCoreConfig>({
  create: () => ({}),
  merge(outer, inner) {
    const merged: AuthzCoreConfig = {};
    const group = mergeGroups(outer, inner);
    if (group !== undefined) merged.group = group;
    if (inner.merging !== undefined) merged.merging = inner.merging;
    const forbidden = inner.forbiddenOnFailure ?? outer.forbiddenOnFailure;
    if (forbidden !== undefined) merged.forbiddenOnFailure = forbidden;
    return merged;
  },
});

function mergeGroups(outer: AuthzCoreConfig, inner: AuthzCoreConfig): RequireGroup | undefined {
  if (inner.group === undefined) {
    return inner.merging === 'off' ? undefined : outer.group;
  }
  if (outer.group === undefined || inner.merging === undefined || inner.merging === 'off') return inner.group;
  const both: RequireGroup = { ...defaultGroup(), operator: inner.merging };
  addToGroup(both, outer.group, 'Require');
  addToGroup(both, inner.group, 'Require');
  return both;
}
