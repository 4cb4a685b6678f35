import { type RewriteCondition, type RewriteRule, rewriteLists } from '../rewriting.ts';
import { type Configuration, defineRule, type Report } from '../rule.ts';

/** How many groups a pattern has; none where it is negated, since groups count only where it matches. */
function groupsOf(pattern: string, isNegated: boolean, { compilePattern }: Configuration): number {
  if (isNegated) return 0;
  const regex = compilePattern(pattern);
  return 'groupCount' in regex ? regex.groupCount : 9;
}

const references = (text: string, sign: '$' | '%') =>
  [...text.matchAll(sign === '$' ? /(?<!\\)\$([1-9])/g : /(?<!\\)%([1-9])/g)].map(([word, digit]) => ({
    word,
    number: Number(digit),
  }));

/** Directives whose first argument is a pattern and whose second refers to its groups. */
const patternDirectives = ['proxypassmatch', 'aliasmatch', 'scriptaliasmatch', 'redirectmatch'];

const groupCount = (count: number) =>
  count === 0 ? 'no group' : count === 1 ? 'one group' : `${count} groups`;

export const missingGroup = defineRule({
  name: 'missing-group',
  severity: 'warning',
  what: 'A back-reference ($1, %1) has a higher number than the pattern has groups.',
  why: 'The reference is empty: the URL that is made has a hole in it.',
  instead:
    'Put the part that is meant into parentheses, or correct the number. A negated pattern has no groups.',
  bad: { config: 'RewriteEngine On\nRewriteRule ^/item/(\\d+)$ /show.php?id=$1&page=$2 [L]\n', line: 2 },
  good: {
    config:
      'RewriteEngine On\nRewriteRule ^/item/(\\d+)/(\\d+)$ /show.php?id=$1&page=$2 [L]\nRewriteCond %{HTTP_HOST} ^(\\w+)\\.example\\.com$\nRewriteRule ^/$ /home/%1 [L]\n',
  },
  check(configuration, report) {
    for (const { rules } of rewriteLists(configuration)) {
      for (const rule of rules) {
        checkRuleGroups(rule, configuration, report);
        checkConditionGroups(rule, configuration, report);
      }
    }
    for (const statement of configuration.statements.named(...patternDirectives)) {
      const at = statement.args.findIndex(
        (word, index) => index < 2 && /[\^$/.(*\\]/.test(word) && !/^https?:/.test(word),
      );
      const pattern = statement.args[at];
      const target = statement.args[at + 1];
      if (pattern === undefined || target === undefined) continue;
      const groups = groupsOf(pattern, false, configuration);
      for (const { word, number } of references(target, '$')) {
        if (number > groups)
          report({ at: statement, word, text: `${word} is empty: the pattern has ${groupCount(groups)}` });
      }
    }
  },
});

const conditionGroupsOf = (
  { isRegex, isNegated, pattern, input, flags }: RewriteCondition,
  configuration: Configuration,
) => {
  if (input.toLowerCase() === 'expr') return 9;
  return isRegex ? groupsOf(pattern, isNegated && !flags.has('OR'), configuration) : 0;
};

/** `%20` and its like, written without the backslash that would keep it, is another mistake than a missing group. */
const isEscape = (text: string, word: string) => new RegExp(`${word}[0-9A-Fa-f]`).test(text);

const textsOf = ({ substitution, flags }: RewriteRule) => [substitution, ...flags.values()];

function checkRuleGroups(rule: RewriteRule, configuration: Configuration, report: Report): void {
  const uses = [
    ...textsOf(rule).map((text) => ({ text, at: rule.statement })),
    ...rule.conditions.map(({ input, statement }) => ({ text: input, at: statement })),
  ].flatMap(({ text, at }) => references(text, '$').map((reference) => ({ ...reference, at })));
  if (uses.length === 0) return;
  const groups = groupsOf(rule.pattern, rule.isNegated, configuration);
  for (const { at, word, number } of uses) {
    if (number <= groups) continue;
    const whose = at === rule.statement ? 'the pattern' : 'the pattern of the rule';
    report({ at, word, text: `${word} is empty: ${whose} has ${groupCount(groups)}` });
  }
}

function checkConditionGroups(rule: RewriteRule, configuration: Configuration, report: Report): void {
  const uses = textsOf(rule).flatMap((text) =>
    references(text, '%').filter(({ word }) => !isEscape(text, word)),
  );
  if (uses.length === 0) return;
  const groups = Math.max(0, ...rule.conditions.map((one) => conditionGroupsOf(one, configuration)));
  for (const { word, number } of uses) {
    if (number <= groups) continue;
    const none = rule.conditions.length === 0;
    const why = none ? 'there is no condition' : `the conditions have ${groupCount(groups)}`;
    report({ at: rule.statement, word, text: `${word} is empty: ${why}` });
  }
}
