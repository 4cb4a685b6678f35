import { rewriteLists } from '../rewriting.ts';
import { type Configuration, defineRule } from '../rule.ts';
import { around, type Statement, scopeOf, virtualHostOf } from '../statements.ts';

/** Whether RewriteEngine is set for a scope: in it, around it, or (by path) in another section for the same directory. */
function isEngineSet({ statements }: Configuration, scope: Statement | undefined): boolean {
  const engines = statements.named('rewriteengine');
  if (scope === undefined) return engines.some((engine) => scopeOf(engine) === undefined);
  const enclosing = new Set<Statement | undefined>([
    undefined,
    scope,
    virtualHostOf(scope),
    ...around(scope),
  ]);
  const path = scope.name === 'directory' ? scope.args.at(-1)?.replace(/\/?$/, '/') : undefined;
  return engines.some((engine) => {
    const place = scopeOf(engine);
    if (enclosing.has(place)) {
      // A server's switch says nothing of directories.
      return place === scope || (place !== undefined && place.name !== 'virtualhost') || isServer(scope);
    }
    return path !== undefined && place?.name === 'directory' && path.startsWith(place.args.at(-1) ?? ' ');
  });
}

const isServer = (scope: Statement) => scope.name === 'virtualhost';

export const rewritingSwitchedOff = defineRule({
  name: 'rewriting-switched-off',
  severity: 'warning',
  what: 'Rewrite rules stand where RewriteEngine is not switched on.',
  why: 'None of the rules is applied. Neither does a directory section or a .htaccess take the switch of its server over.',
  instead: 'Write RewriteEngine On before the first rule of this place.',
  bad: {
    config:
      'Listen 80\n<VirtualHost *:80>\n  ServerName a.example\n  RewriteRule ^/old$ /new [R,L]\n</VirtualHost>\n',
    line: 4,
  },
  good: {
    config:
      'Listen 80\n<VirtualHost *:80>\n  ServerName a.example\n  RewriteEngine On\n  RewriteRule ^/old$ /new [R,L]\n</VirtualHost>\n',
  },
  check(configuration, report) {
    for (const { scope, rules } of rewriteLists(configuration)) {
      const [first] = rules;
      if (first === undefined || isEngineSet(configuration, scope)) continue;
      const count = rules.length === 1 ? 'this rule is' : `this rule and ${rules.length - 1} more are`;
      report({ at: first.statement, text: `RewriteEngine is not on here: ${count} never applied` });
    }
  },
});
