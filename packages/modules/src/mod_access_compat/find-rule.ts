import {
  type ConfigLine,
  type IpSubnet,
  isInSubnet,
  parseIpSubnet,
  type RequestRecord,
  subnetErrorTexts,
} from '@httpd-ts/kernel';
import { clientHostName, isInDomain } from '../mod_authz_host/contract.ts';

/** One argument of `Allow from` or `Deny from`. */
export interface AccessRule {
  readonly limited: ReadonlySet<string> | undefined;
  readonly test: RuleTest;
  readonly definedAt: ConfigLine;
}

type RuleTest =
  | { readonly kind: 'all' }
  | { readonly kind: 'env'; readonly name: string; readonly wanted: boolean }
  | { readonly kind: 'ip'; readonly subnet: IpSubnet }
  | { readonly kind: 'host'; readonly domain: string };

/** httpd: modules/aaa/mod_access_compat.c allow_cmd */
export function readRuleTest(where: string): RuleTest | string {
  const lower = where.toLowerCase();
  if (lower.startsWith('env=!')) return { kind: 'env', name: where.slice(5), wanted: false };
  if (lower.startsWith('env=')) return { kind: 'env', name: where.slice(4), wanted: true };
  if (lower === 'all') return { kind: 'all' };
  const slash = where.indexOf('/');
  const subnet =
    slash < 0
      ? parseIpSubnet(where, undefined)
      : parseIpSubnet(where.slice(0, slash), where.slice(slash + 1));
  if (typeof subnet !== 'string') return { kind: 'ip', subnet };
  if (subnet !== 'notAnAddress') return subnetErrorTexts[subnet];
  if (slash >= 0) return 'An IP address was expected';
  return where.includes('#') ? 'No comments are allowed here' : { kind: 'host', domain: where };
}

/** Whether a directive that stands in `<Limit>` holds for a method; HEAD counts as GET. */
export function isLimitedTo(limited: ReadonlySet<string> | undefined, method: string): boolean {
  return limited === undefined || limited.has(method === 'HEAD' ? 'GET' : method);
}

/** Whether one of the rules meets the request; waits only for a host name. httpd: find_allowdeny */
export function matchesRule(
  request: RequestRecord,
  rules: readonly AccessRule[],
  from = 0,
): boolean | Promise<boolean> {
  for (let i = from; i < rules.length; i++) {
    const { limited, test, definedAt } = rules[i]!;
    if (!isLimitedTo(limited, request.method)) continue;
    const matched = test.kind === 'host' ? isClientIn(request, test.domain) : meets(request, test);
    if (matched instanceof Promise)
      return matched.then((found) => (found ? met(request, definedAt) : matchesRule(request, rules, i + 1)));
    if (matched) return met(request, definedAt);
  }
  return false;
}

function met(request: RequestRecord, line: ConfigLine): true {
  request.observe('mod_access_compat', line, 'meets the client');
  return true;
}

function meets(request: RequestRecord, test: Exclude<RuleTest, { kind: 'host' }>): boolean {
  switch (test.kind) {
    case 'all':
      return true;
    case 'env':
      return (request.env(test.name) !== undefined) === test.wanted;
    case 'ip':
      return isInSubnet(test.subnet, request.clientAddress);
  }
}

function isClientIn(request: RequestRecord, domain: string): boolean | Promise<boolean> {
  const host = clientHostName(request);
  const test = (name: string | undefined) => name !== undefined && isInDomain(domain, name);
  return host instanceof Promise ? host.then(test) : test(host);
}
