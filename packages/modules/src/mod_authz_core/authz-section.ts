import type { ConfigLine } from '@httpd-ts/kernel';
import type { AuthzProvider } from './contract.ts';

/** Methods that a directive holds for; undefined stands for all. */
export type Limits = readonly ReadonlySet<string>[] | undefined;

/** A `Require` line. */
export interface Requirement {
  readonly kind: 'require';
  readonly negate: boolean;
  readonly limits: Limits;
  readonly provider: AuthzProvider;
  readonly parsed: unknown;
  readonly definedAt: ConfigLine;
  /** As the log shows it. */
  readonly text: string;
}

/** Requirements that are combined, as by `<RequireAny>`. */
export interface RequireGroup {
  readonly kind: 'group';
  readonly negate: boolean;
  limits: Limits;
  readonly operator: 'and' | 'or';
  readonly children: AuthzNode[];
  /** Missing where no section is written. */
  readonly definedAt?: ConfigLine;
}

export type AuthzNode = Requirement | RequireGroup;

/** What stands for a section's own `Require` lines. httpd: create_default_section */
export function defaultGroup(): RequireGroup {
  return { kind: 'group', negate: false, limits: [], operator: 'or', children: [] };
}

/** Methods of either. */
export function joinLimits(one: Limits, other: Limits): Limits {
  return one === undefined || other === undefined ? undefined : [...one, ...other];
}

/** Whether a directive holds for a method; HEAD counts as GET. */
export function holdsFor(limits: Limits, method: string): boolean {
  if (limits === undefined) return true;
  const name = method === 'HEAD' ? 'GET' : method;
  return limits.some((methods) => methods.has(name));
}

/** How a node is written, for messages. httpd: modules/aaa/mod_authz_core.c format_authz_command */
export function nodeText(node: AuthzNode): string {
  if (node.kind === 'require') return node.text;
  const { negate, operator } = node;
  return `<Require${operator === 'and' ? (negate ? 'NotAll' : 'All') : negate ? 'None' : 'Any'}>`;
}

/**
 * Adds a node to the group it stands in; the complaint when it can have no effect there.
 * A group of the same kind becomes part of the one around it.
 */
export function addToGroup(group: RequireGroup, node: AuthzNode, directive: string): string | undefined {
  if (node.negate && group.operator === 'or') {
    const subject =
      node.kind === 'require' ? `negative ${directive} directive` : `${nodeText(node)} directive`;
    return `${subject} has no effect in ${nodeText(group)} directive`;
  }
  group.limits = joinLimits(group.limits, node.limits);
  if (node.kind === 'group' && !node.negate && node.operator === group.operator) {
    group.children.push(...node.children);
  } else group.children.push(node);
  return undefined;
}

/** The first group that holds nothing but negative requirements. httpd: authz_core_check_section */
export function onlyNegativeGroup(group: RequireGroup): RequireGroup | undefined {
  for (const child of group.children) {
    const found = child.kind === 'group' ? onlyNegativeGroup(child) : undefined;
    if (found !== undefined) return found;
  }
  return group.children.every((child) => child.negate) ? group : undefined;
}
