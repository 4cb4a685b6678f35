import { balancerName, type ProxyPassLine, proxyPassLines } from '../proxying.ts';
import { defineRule } from '../rule.ts';
import { type Statement, virtualHostOf } from '../statements.ts';

const originOf = (url: string) => /^([a-z0-9+.-]+:\/\/[^/]*)/i.exec(url)?.[1]?.toLowerCase();
const bare = (path: string | undefined) => path?.replace(/\/+$/, '');

/** Whether a ProxyPassReverse is meant for a line: by the path, by the back end, or because a balancer has many. */
function belongs(reverse: ProxyPassLine, line: ProxyPassLine): boolean {
  if (bare(reverse.path) === bare(line.path) || line.isPattern) return true;
  if (balancerName(line.url) !== undefined) return true;
  return originOf(reverse.url) === originOf(line.url);
}

export const proxyPassWithoutReverse = defineRule({
  name: 'proxy-pass-without-reverse',
  severity: 'warning',
  what: 'A ProxyPass to an HTTP back end has no ProxyPassReverse.',
  why: 'Redirects of the back end name the back end itself, which clients may not reach.',
  instead: 'Add a ProxyPassReverse with the same two arguments.',
  bad: { config: 'ProxyPass /app/ http://127.0.0.1:8080/\n', line: 1 },
  good: { config: 'ProxyPass /app/ http://127.0.0.1:8080/\nProxyPassReverse /app/ http://127.0.0.1:8080/\n' },
  check(configuration, report) {
    const reverses = new Map<Statement | undefined, ProxyPassLine[]>();
    for (const reverse of proxyPassLines(configuration, 'proxypassreverse')) {
      const server = virtualHostOf(reverse.statement);
      reverses.set(server, [...(reverses.get(server) ?? []), reverse]);
    }
    for (const line of proxyPassLines(configuration, 'proxypass', 'proxypassmatch')) {
      if (!/^(?:https?|balancer):/i.test(line.url)) continue;
      const known = [
        ...(reverses.get(virtualHostOf(line.statement)) ?? []),
        ...(reverses.get(undefined) ?? []),
      ];
      if (known.some((reverse) => belongs(reverse, line))) continue;
      const { path = '', url, isInSection } = line;
      const line2 = isInSection ? `ProxyPassReverse ${url}` : `ProxyPassReverse ${path} ${url}`;
      const isUsable = !line.isPattern;
      report({
        at: line.statement,
        text: `no ProxyPassReverse belongs to this line`,
        ...(isUsable ? { instead: `Add: ${line2}` } : {}),
      });
    }
  },
});
