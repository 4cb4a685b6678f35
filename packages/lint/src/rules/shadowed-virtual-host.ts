import { type Host, hostsByAddress, hostsOf, matchesAlias } from '../hosts.ts';
import { defineRule } from '../rule.ts';

/** Why a host has no request on one address: the host that takes them all. */
interface Shadow {
  readonly by: Host;
  readonly isNameless: boolean;
}

/** The hosts of one address that never answer there; earlier ones with wildcards take names away. */
function shadowsOn(group: readonly Host[]): ReadonlyMap<Host, Shadow> {
  const shadows = new Map<Host, Shadow>();
  const wild: Host[] = [];
  for (const [index, host] of group.entries()) {
    const names = [...(host.name === undefined ? [] : [host.name]), ...host.aliases];
    const hasWildcard = host.aliases.some(isWildcard);
    if (index > 0 && names.length === 0) shadows.set(host, { by: group[0]!, isNameless: true });
    if (index > 0 && host.name !== undefined && !hasWildcard) {
      const takers = names.map((name) => wild.find(({ aliases }) => takes(aliases, name)));
      if (takers.every((taker) => taker !== undefined)) {
        shadows.set(host, { by: takers[0]!, isNameless: false });
      }
    }
    if (hasWildcard) wild.push(host);
  }
  return shadows;
}

const isWildcard = (alias: string) => /[*?]/.test(alias);
const takes = (aliases: readonly string[], name: string) =>
  aliases.some((alias) => isWildcard(alias) && matchesAlias(name, alias));

export const shadowedVirtualHost = defineRule({
  name: 'shadowed-virtual-host',
  severity: 'warning',
  what: 'A virtual host never answers, because an earlier one of the same address answers for all its names, or it has none.',
  why: 'Its requests go to the other one: to the first of the address, which is the default, or to the one whose alias takes the name.',
  instead: 'Give it a ServerName of its own, and put virtual hosts with wildcard aliases last.',
  bad: {
    config:
      'Listen 80\n<VirtualHost *:80>\n  ServerName a.example\n</VirtualHost>\n<VirtualHost *:80>\n  DocumentRoot /srv\n</VirtualHost>\n',
    line: 5,
    files: { '/srv/index.html': '' },
  },
  good: {
    config:
      'Listen 80\n<VirtualHost *:80>\n  ServerName a.example\n</VirtualHost>\n<VirtualHost *:80>\n  ServerName b.example\n  ServerAlias *.example\n</VirtualHost>\n',
  },
  check(configuration, report) {
    const hosts = hostsOf(configuration);
    const groups = hostsByAddress(hosts);
    const addresses = new Map<Host, number>();
    const shadows = new Map<Host, Shadow[]>();
    for (const group of groups.values()) {
      for (const host of group) addresses.set(host, (addresses.get(host) ?? 0) + 1);
      for (const [host, shadow] of shadowsOn(group)) {
        shadows.set(host, [...(shadows.get(host) ?? []), shadow]);
      }
    }
    for (const [host, found] of shadows) {
      if (found.length < addresses.get(host)!) continue;
      const [{ by, isNameless }] = found as [Shadow];
      const place = `${by.statement.node.file}:${by.statement.node.line}`;
      report({
        at: host.statement,
        text: isNameless
          ? `without ServerName it never answers: the virtual host at ${place} does`
          : `never answers: the aliases of the virtual host at ${place} take its names`,
      });
    }
  },
});
