import { proxyPassLines } from '../proxying.ts';
import { type Configuration, defineRule } from '../rule.ts';
import { around, type Statement, scopeOf, virtualHostOf } from '../statements.ts';

/** Servers that send everything to a back end, so that no request meets a directory. */
function fullyProxied(configuration: Configuration): ReadonlyMap<Statement | undefined, Statement> {
  const found = new Map<Statement | undefined, Statement>();
  for (const { statement, path, url, isPattern } of proxyPassLines(configuration, 'proxypass')) {
    if (path === '/' && url !== '!' && !isPattern) found.set(virtualHostOf(statement), statement);
  }
  for (const { statement, url } of proxyPassLines(configuration, 'proxypass')) {
    if (url === '!') found.delete(virtualHostOf(statement));
  }
  return found;
}

const isGrantingAll = ({ args }: Statement) => /^all\s+granted$/i.test(args.join(' '));

export const requireWithoutEffect = defineRule({
  name: 'require-without-effect',
  severity: 'warning',
  what: 'A Require stands where it protects nothing, or not what it seems to protect.',
  why: 'Whoever reads the configuration believes that access is restricted.',
  instead:
    'Put Require into <Location> where requests are proxied, and outside of <Limit>, which leaves every other method open.',
  bad: {
    config:
      'Listen 80\n<VirtualHost *:80>\n  ServerName a.example\n  <Directory /srv/www>\n    Require ip 192.168.1\n  </Directory>\n  ProxyPass / http://127.0.0.1:8080/\n  ProxyPassReverse / http://127.0.0.1:8080/\n</VirtualHost>\n',
    line: 5,
    files: { '/srv/www/index.html': '' },
  },
  good: {
    config:
      'Listen 80\n<VirtualHost *:80>\n  ServerName a.example\n  <Location />\n    Require ip 192.168.1\n  </Location>\n  ProxyPass / http://127.0.0.1:8080/\n  ProxyPassReverse / http://127.0.0.1:8080/\n</VirtualHost>\n',
  },
  check(configuration, report) {
    const proxied = fullyProxied(configuration);
    const requires = configuration.statements.named('require');
    for (const statement of requires) {
      const scope = scopeOf(statement);
      const server = virtualHostOf(statement);
      const proxy = server === undefined ? undefined : proxied.get(server);
      if (proxy !== undefined && /^directory/.test(scope?.name ?? '') && !isGrantingAll(statement)) {
        report({
          at: statement,
          text: `no request of this virtual host meets a directory: ProxyPass on line ${proxy.node.line} sends them all to a back end`,
        });
        continue;
      }
      const limit = [...around(statement)].find(({ name }) => name === 'limit');
      if (limit === undefined || isGrantingAll(statement)) continue;
      const isProtectedToo = requires.some(
        (other) => scopeOf(other) === scope && ![...around(other)].some(({ name }) => name === 'limit'),
      );
      const denies = configuration.statements
        .named('limitexcept', 'deny')
        .some((other) => scopeOf(other) === scope);
      if (isProtectedToo || denies) continue;
      report({
        at: statement,
        text: `restricts ${limit.args.join(', ')} only: every other method stays open`,
      });
    }
  },
});
