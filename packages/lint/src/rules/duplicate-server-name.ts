import { type Host, hostsByAddress, hostsOf } from '../hosts.ts';
import { defineRule } from '../rule.ts';

export const duplicateServerName = defineRule({
  name: 'duplicate-server-name',
  severity: 'warning',
  what: 'Two virtual hosts of one address have the same ServerName.',
  why: 'The first one answers for the name; the second never does.',
  instead: 'Merge the two, or give the second its own name or address.',
  bad: {
    config:
      'Listen 80\n<VirtualHost *:80>\n  ServerName a.example\n</VirtualHost>\n<VirtualHost *:80>\n  ServerName a.example\n</VirtualHost>\n',
    line: 6,
  },
  good: {
    config:
      'Listen 80\nListen 443\n<VirtualHost *:80>\n  ServerName a.example\n</VirtualHost>\n<VirtualHost *:443>\n  ServerName a.example\n</VirtualHost>\n',
  },
  check(configuration, report) {
    const reported = new Set<Host>();
    for (const [address, group] of hostsByAddress(hostsOf(configuration))) {
      const seen = new Map<string, Host>();
      for (const host of group) {
        if (host.name === undefined) continue;
        const first = seen.get(host.name);
        if (first === undefined) {
          seen.set(host.name, host);
          continue;
        }
        if (reported.has(host)) continue;
        reported.add(host);
        const { file, line } = first.statement.node;
        report({
          at: host.nameStatement ?? host.statement,
          word: host.name,
          text: `${host.name} on ${address} is the name of the virtual host at ${file}:${line} too, which comes first`,
        });
      }
    }
  },
});
