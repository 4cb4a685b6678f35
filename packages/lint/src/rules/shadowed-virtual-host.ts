import { type Host, hostsByAddress, hostsOf, matchesAlias } from '../hosts.ts';
import { defineRule } from '../rule.ts';

/** The earlier host that answers for a name by a wildcard alias. */
const taker = (name: string, earlier: readonly Host[]) =>
  earlier.find(({ aliases }) => aliases.some((alias) => /[*?]/.test(alias) && matchesAlias(name, alias)));

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
    for (const host of hosts) {
      const mine = [...groups.values()].filter((group) => group.includes(host));
      const earlier = mine.map((group) => group.slice(0, group.indexOf(host)));
      if (mine.length === 0 || earlier.some((before) => before.length === 0)) continue;
      const names = [...(host.name === undefined ? [] : [host.name]), ...host.aliases];
      const first = earlier[0]![0]!.statement.node;
      if (names.length === 0) {
        report({
          at: host.statement,
          text: `without ServerName it never answers: the virtual host at ${first.file}:${first.line} does`,
        });
        continue;
      }
      if (host.name === undefined) continue;
      const takers = names.map((name) => (/[*?]/.test(name) ? undefined : taker(name, earlier[0]!)));
      if (takers.some((one) => one === undefined)) continue;
      const { file, line } = takers[0]!.statement.node;
      report({
        at: host.statement,
        text: `never answers: the aliases of the virtual host at ${file}:${line} take its names`,
      });
    }
  },
});
