import { rewriteLists } from '../rewriting.ts';
import { defineRule } from '../rule.ts';

export const danglingRewriteCondition = defineRule({
  name: 'dangling-rewrite-condition',
  severity: 'warning',
  what: 'A RewriteCond is followed by no RewriteRule.',
  why: 'A condition belongs to the next rule of the same place. Without one it does nothing, and the rule it was written for runs without it.',
  instead: 'Put the condition right before the rule that it is meant for.',
  bad: { config: 'RewriteEngine On\nRewriteRule ^/a$ /b\nRewriteCond %{HTTPS} off\n', line: 3 },
  good: { config: 'RewriteEngine On\nRewriteCond %{HTTPS} off\nRewriteRule ^/a$ /b\n' },
  check(configuration, report) {
    for (const { dangling } of rewriteLists(configuration)) {
      for (const { statement } of dangling)
        report({ at: statement, text: 'no RewriteRule follows this condition' });
    }
  },
});
