import { rewriteLists } from '../rewriting.ts';
import { defineRule } from '../rule.ts';

export const leadingSlashInDirectoryPattern = defineRule({
  name: 'leading-slash-in-directory-pattern',
  severity: 'warning',
  what: 'The pattern of a rule in <Directory> or .htaccess begins with a slash.',
  why: 'There the path is matched without its directory and without the slash in front, so the rule never matches.',
  instead: 'Leave the slash out: ^old instead of ^/old; ^/?old where the rule is to work in both places.',
  bad: { config: 'RewriteEngine On\nRewriteRule ^/old/(.*)$ /new/$1 [R=301,L]\n', line: 2, isHtaccess: true },
  good: {
    config:
      'RewriteEngine On\nRewriteRule ^old/(.*)$ /new/$1 [R=301,L]\nRewriteRule ^/?older$ /new [R=301,L]\n',
    isHtaccess: true,
  },
  check(configuration, report) {
    for (const { scope, isPerDirectory, rules } of rewriteLists(configuration)) {
      if (!isPerDirectory || !/^(?:directory|files|if)?$/.test(scope?.name ?? '')) continue;
      for (const { statement, pattern, isNegated } of rules) {
        if (!/^\^?(?:\\?\/)(?![?*{])/.test(pattern)) continue;
        const isAnchored = pattern.startsWith('^');
        if (!isAnchored) continue;
        const always = isNegated ? 'so its negation always holds' : 'so it never matches';
        report({
          at: statement,
          word: pattern,
          text: `in this place a path has no leading slash, ${always}`,
          instead: `Write ${pattern.replace(/^\^\\?\//, '^')}`,
        });
      }
    }
  },
});
