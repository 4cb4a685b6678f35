import { hostsOf } from '../hosts.ts';
import { defineRule } from '../rule.ts';

const portOf = (text: string) => /^(?:.*:)?(\d+)$/.exec(text)?.[1];

export const portWithoutListen = defineRule({
  name: 'port-without-listen',
  severity: 'warning',
  what: 'A virtual host is for a port on which nothing listens.',
  why: 'It never has a request: clients cannot connect to the port.',
  instead: 'Add a Listen for the port, or correct the port of the virtual host.',
  bad: { config: 'Listen 80\n<VirtualHost *:8080>\n  ServerName a.example\n</VirtualHost>\n', line: 2 },
  good: { config: 'Listen 80\nListen 8080\n<VirtualHost *:8080>\n  ServerName a.example\n</VirtualHost>\n' },
  check(configuration, report) {
    const listens = configuration.statements.named('listen').map(({ args }) => portOf(args[0] ?? ''));
    if (listens.length === 0) return;
    for (const { statement, addresses } of hostsOf(configuration)) {
      for (const { port, text } of addresses) {
        if (port === '*' || port === '0' || listens.includes(port)) continue;
        report({ at: statement, word: text, text: `nothing listens on port ${port}` });
      }
    }
  },
});
