import { defineRule } from '../rule.ts';
import type { Statement } from '../statements.ts';
import { virtualHostOf } from '../statements.ts';

/** Whether a section keeps anybody out. */
function restricts(section: Statement): boolean {
  return section.children.some((child) => {
    if (child.isSection) return /^require(?:all|any|none)$/.test(child.name) || restricts(child);
    if (child.name === 'deny') return true;
    return child.name === 'require' && !/^all\s+granted\b/i.test(child.args.join(' '));
  });
}

const matchesEverything = ({ name, args }: Statement) =>
  name === 'proxymatch' || /^(?:\*|https?:|~|\.\*)/.test(args[0] ?? '');

export const openForwardProxy = defineRule({
  name: 'open-forward-proxy',
  severity: 'warning',
  what: 'ProxyRequests is on and nothing says who may use the proxy.',
  why: 'Anybody can send requests to anywhere through this server, in its name. Such proxies are found and abused within hours.',
  instead:
    'Write ProxyRequests Off: a reverse proxy (ProxyPass) does not need it. Else restrict <Proxy "*"> by Require.',
  bad: { config: 'ProxyRequests On\n', line: 1 },
  good: { config: 'ProxyRequests On\n<Proxy "*">\n  Require ip 192.168.1\n</Proxy>\n' },
  check({ statements }, report) {
    const restricted = statements
      .named('proxy', 'proxymatch')
      .filter((section) => section.isSection && matchesEverything(section) && restricts(section));
    for (const statement of statements.named('proxyrequests')) {
      if (statement.args[0]?.toLowerCase() !== 'on') continue;
      const places = [undefined, virtualHostOf(statement)];
      if (restricted.some((section) => places.includes(virtualHostOf(section)))) continue;
      report({ at: statement, text: 'this is a proxy for everybody, to everywhere' });
    }
  },
});
