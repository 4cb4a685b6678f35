import { rewriteLists } from '../rewriting.ts';
import { defineRule } from '../rule.ts';

/** Directives whose argument with this index is compared with a path. */
const pathArguments: Readonly<Record<string, number>> = {
  proxypass: 0,
  proxypassmatch: 0,
  alias: 0,
  aliasmatch: 0,
  scriptalias: 0,
  scriptaliasmatch: 0,
};

/** A literal question mark, or one that was meant so: `page.php?id=1`. */
const asksForQuery = /\\\?|\[\?\]|[\w)]\?[\w-]+=/;

export const queryStringInPattern = defineRule({
  name: 'query-string-in-pattern',
  severity: 'warning',
  what: 'A pattern or path contains a question mark that is meant to begin a query string.',
  why: 'Rules, redirects and proxy paths see the path of a URL only. The line never matches a request with a query string.',
  instead: 'Match the path here, and the query string by RewriteCond %{QUERY_STRING}.',
  bad: { config: 'RewriteEngine On\nRewriteRule ^/page\\.php\\?id=(\\d+)$ /pages/$1 [R,L]\n', line: 2 },
  good: {
    config:
      'RewriteEngine On\nRewriteCond %{QUERY_STRING} ^id=(\\d+)$\nRewriteRule ^/page\\.php$ /pages/%1? [R,L]\n',
  },
  check(configuration, report) {
    for (const { rules } of rewriteLists(configuration)) {
      for (const { statement, pattern } of rules) {
        if (!asksForQuery.test(pattern)) continue;
        report({
          at: statement,
          word: pattern,
          text: 'the pattern asks for a query string, which it never sees',
        });
      }
    }
    for (const [name, index] of Object.entries(pathArguments)) {
      for (const statement of configuration.statements.named(name)) {
        const path = statement.args[index] ?? '';
        const isPattern = name.endsWith('match');
        if (isPattern ? !asksForQuery.test(path) : !(path.startsWith('/') && path.includes('?'))) continue;
        report({
          at: statement,
          word: path,
          text: `${path} asks for a query string, which is no part of a path`,
        });
      }
    }
    for (const statement of configuration.statements.named(
      'redirect',
      'redirectmatch',
      'redirectpermanent',
      'redirecttemp',
    )) {
      const path = statement.args.find((word, index) => index < 2 && /^[/^]/.test(word)) ?? '';
      const isPattern = statement.name === 'redirectmatch';
      if (isPattern ? !asksForQuery.test(path) : !path.includes('?')) continue;
      report({
        at: statement,
        word: path,
        text: `${path} asks for a query string, which is no part of a path`,
      });
    }
  },
});
