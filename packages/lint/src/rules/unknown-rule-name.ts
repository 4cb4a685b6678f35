import { nearestName } from '../nearest-name.ts';
import { defineRule } from '../rule.ts';
import { suppressionsIn } from '../suppressions.ts';

export const unknownRuleName = defineRule({
  name: 'unknown-rule-name',
  severity: 'warning',
  what: 'A comment switches off a rule that does not exist.',
  why: 'It suppresses nothing.',
  instead: 'Use a name from docs/lint-rules.md.',
  bad: { config: '# httpd-ts-disable-next-line weak-tsl\nSSLProtocol -all +TLSv1.2\n', line: 1 },
  good: { config: '# httpd-ts-disable-next-line weak-tls -- an old printer\nSSLProtocol +TLSv1\n' },
  check({ sources, ruleNames }, report) {
    for (const file of sources.files) {
      for (const { name, offset, line } of suppressionsIn(file).named) {
        if (ruleNames.includes(name)) continue;
        report({
          file,
          offset,
          length: name.length,
          line,
          text: `there is no rule ${name}`,
          didYouMean: nearestName(name, ruleNames),
        });
      }
    }
  },
});
