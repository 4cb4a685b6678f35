import { hostsOf } from '../hosts.ts';
import { defineRule } from '../rule.ts';

const isAddress = (host: string) => host === '*' || host.startsWith('[') || /^[\d.]+$/.test(host);

export const hostNameAsAddress = defineRule({
  name: 'host-name-as-address',
  severity: 'warning',
  what: 'A virtual host has a host name for its address.',
  why: 'The name is looked up when the server starts: without a working resolver the virtual host is left out or the start takes long, and whoever controls the name controls which address is meant.',
  instead: 'Write <VirtualHost *:80> and put the name into ServerName.',
  bad: { config: 'Listen 80\n<VirtualHost localhost:80>\n  ServerName a.example\n</VirtualHost>\n', line: 2 },
  good: {
    config:
      'Listen 80\n<VirtualHost *:80>\n  ServerName a.example\n</VirtualHost>\n<VirtualHost [::1]:80 127.0.0.1>\n  ServerName b.example\n</VirtualHost>\n',
  },
  check(configuration, report) {
    for (const { statement, addresses } of hostsOf(configuration)) {
      for (const { host, port, text } of addresses) {
        if (isAddress(host)) continue;
        report({
          at: statement,
          word: text,
          text: `${host} is a host name, which has to be looked up before the server can start`,
          instead: `Write <VirtualHost *${port === '*' ? '' : `:${port}`}> with ServerName ${host}.`,
        });
      }
    }
  },
});
