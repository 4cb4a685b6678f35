import { rewriteLists } from '../rewriting.ts';
import { type Configuration, defineRule } from '../rule.ts';
import { around, type Statement, scopeOf, virtualHostOf } from '../statements.ts';

/** The places where RewriteEngine is set, on or off: who sets it knows of it. */
interface Engines {
  readonly scopes: ReadonlySet<Statement | undefined>;
  /** Paths of `<Directory>` sections that set it. */
  readonly paths: readonly string[];
  /** The virtual hosts with a section that sets it, undefined among them for the main server. */
  readonly hosts: ReadonlySet<Statement | undefined>;
}

function enginesIn({ statements }: Configuration): Engines {
  const scopes = new Set(statements.named('rewriteengine').map(scopeOf));
  const sections = [...scopes].filter((scope) => scope !== undefined && scope.name !== 'virtualhost');
  const paths = sections.flatMap((scope) => (scope!.name === 'directory' ? [scope!.args.at(-1) ?? ''] : []));
  return {
    scopes,
    paths: [...new Set(paths)],
    hosts: new Set(sections.map((scope) => virtualHostOf(scope!))),
  };
}

/**
 * The main server's switch holds in virtual hosts, a server's in all its sections, and a section's in those that
 * are merged over it: all that are no directories. httpd: modules/mappers/mod_rewrite.c config_perdir_merge
 */
function isEngineSet({ scopes, paths, hosts }: Engines, scope: Statement | undefined): boolean {
  if (scopes.has(scope) || scopes.has(undefined)) return true;
  if (scope === undefined || scope.name === 'virtualhost') return false;
  for (const section of around(scope)) if (scopes.has(section)) return true;
  if (scope.name !== 'directory') return hosts.has(virtualHostOf(scope)) || hosts.has(undefined);
  const path = scope.args.at(-1)?.replace(/\/?$/, '/');
  return path !== undefined && paths.some((above) => path.startsWith(above));
}

export const rewritingSwitchedOff = defineRule({
  name: 'rewriting-switched-off',
  severity: 'warning',
  what: 'Rewrite rules stand where RewriteEngine is not switched on.',
  why: 'None of the rules is applied. The switch comes from this place or from one around it: a section, the virtual host, the main server.',
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
