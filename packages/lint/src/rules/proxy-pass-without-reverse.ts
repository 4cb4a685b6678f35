import { balancerName, type ProxyPassLine, proxyPassLines } from '../proxying.ts';
import { type Configuration, defineRule } from '../rule.ts';
import { type Statement, virtualHostOf } from '../statements.ts';

const originOf = (url: string) => /^([a-z0-9+.-]+:\/\/[^/]*)/i.exec(url)?.[1]?.toLowerCase();
const bare = (path: string | undefined) => path?.replace(/\/+$/, '');

/** What the ProxyPassReverse lines of one server are for. */
interface Reverses {
  readonly paths: Set<string | undefined>;
  readonly origins: Set<string | undefined>;
}

function reversesByServer(configuration: Configuration): ReadonlyMap<Statement | undefined, Reverses> {
  const found = new Map<Statement | undefined, Reverses>();
  for (const { statement, path, url } of proxyPassLines(configuration, 'proxypassreverse')) {
    const server = virtualHostOf(statement);
    const reverses = found.get(server) ?? { paths: new Set(), origins: new Set() };
    found.set(server, reverses);
    reverses.paths.add(bare(path));
    reverses.origins.add(originOf(url));
  }
  return found;
}

/** Whether one is meant for a line: by the path, by the back end, or because a pattern or balancer stands for many. */
function belongs({ paths, origins }: Reverses, { path, url, isPattern }: ProxyPassLine): boolean {
  return isPattern || balancerName(url) !== undefined || paths.has(bare(path)) || origins.has(originOf(url));
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
    const reverses = reversesByServer(configuration);
    for (const line of proxyPassLines(configuration, 'proxypass', 'proxypassmatch')) {
      if (!/^(?:https?|balancer):/i.test(line.url)) continue;
      const known = [reverses.get(virtualHostOf(line.statement)), reverses.get(undefined)];
      if (known.some((one) => one !== undefined && belongs(one, line))) continue;
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
