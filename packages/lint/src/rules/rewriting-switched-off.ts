import { rewriteLists } from '../rewriting.ts';
import { type Configuration, defineRule } from '../rule.ts';
import { around, type Statement, scopeOf } from '../statements.ts';

/** The places where RewriteEngine is set, on or off: who sets it knows of it. */
interface Engines {
  readonly scopes: ReadonlySet<Statement | undefined>;
  /** Paths of `<Directory>` sections that set it. */
  readonly paths: readonly string[];
}

function enginesIn({ statements }: Configuration): Engines {
  const scopes = new Set(statements.named('rewriteengine').map(scopeOf));
  const paths = [...scopes].flatMap((scope) =>
    scope?.name === 'directory' ? [scope.args.at(-1) ?? ''] : [],
  );
  return { scopes, paths: [...new Set(paths)] };
}

/** A virtual host takes the switch over from the main server; a section takes it from sections around or above it. */
function isEngineSet({ scopes, paths }: Engines, scope: Statement | undefined): boolean {
  if (scopes.has(scope)) return true;
  if (scope === undefined) return false;
  if (scope.name === 'virtualhost') return scopes.has(undefined);
  for (const section of around(scope)) {
    if (section.name !== 'virtualhost' && scopes.has(section)) return true;
  }
  const path = scope.name === 'directory' ? scope.args.at(-1)?.replace(/\/?$/, '/') : undefined;
  return path !== undefined && paths.some((above) => path.startsWith(above));
}

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
    const engines = enginesIn(configuration);
    for (const { scope, rules } of rewriteLists(configuration)) {
      const [first] = rules;
      if (first === undefined || isEngineSet(engines, scope)) continue;
      const count = rules.length === 1 ? 'this rule is' : `this rule and ${rules.length - 1} more are`;
      report({ at: first.statement, text: `RewriteEngine is not on here: ${count} never applied` });
    }
  },
});
