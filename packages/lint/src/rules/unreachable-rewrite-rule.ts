import { isFinal, type RewriteRule, rewriteLists } from '../rewriting.ts';
import type { Configuration } from '../rule.ts';
import { defineRule } from '../rule.ts';

const everything = /^(?:\^|\$|\.\*|\^?\(?\.\*\)?\$?|\^?\/?\??\(?\.\*\)?\$?|\^\/|\/|\^\/\?)$/;

/** The literal text that a pattern asks paths to begin with, where it asks for nothing else. */
function plainPrefix({ pattern, flags }: RewriteRule): string | undefined {
  if (flags.has('NC')) return undefined;
  const literal = /^\^((?:[^\\.^$*+?()[\]{}|]|\\[^\w])+)(?:\(?\.\*\)?\$?)?$/.exec(pattern)?.[1];
  return literal?.replace(/\\(.)/g, '$1');
}

/** Whether every path that a later rule matches is one that an earlier rule matches. */
function covers(earlier: RewriteRule, later: RewriteRule, { compilePattern }: Configuration): boolean {
  if (earlier.isNegated) return false;
  if (everything.test(earlier.pattern)) return true;
  if (later.isNegated) return false;
  if (earlier.pattern === later.pattern && (earlier.flags.has('NC') || !later.flags.has('NC'))) return true;
  const prefix = plainPrefix(earlier);
  if (prefix === undefined || later.flags.has('NC')) return false;
  const regex = compilePattern(later.pattern);
  if (!('literals' in regex)) return false;
  const { anchored, prefixes, caseless } = regex.literals;
  return anchored && !caseless && prefixes.every((one) => one.startsWith(prefix));
}

const changesPath = ({ substitution }: RewriteRule) => substitution !== '-';

export const unreachableRewriteRule = defineRule({
  name: 'unreachable-rewrite-rule',
  severity: 'warning',
  what: 'An earlier rule without conditions matches everything that a later rule matches, and is the last to be applied.',
  why: 'The later rule is never reached.',
  instead: 'Put the more special rule first.',
  bad: {
    config:
      'RewriteEngine On\nRewriteRule ^/app http://127.0.0.1:8080/ [P]\nRewriteRule ^/app/login$ /login.html [L]\n',
    line: 3,
  },
  good: {
    config:
      'RewriteEngine On\nRewriteRule ^/app/login$ /login.html [L]\nRewriteRule ^/shop http://127.0.0.1:8080/ [F]\n',
  },
  check(configuration, report) {
    for (const { rules } of rewriteLists(configuration)) {
      let enders: RewriteRule[] = [];
      for (const [index, rule] of rules.entries()) {
        const isChained = index > 0 && rules[index - 1]!.flags.has('C');
        const ender = isChained ? undefined : enders.find((earlier) => covers(earlier, rule, configuration));
        if (ender !== undefined) {
          const { file, line } = ender.statement.node;
          const where = file === rule.statement.node.file ? `line ${line}` : `${file}:${line}`;
          report({
            at: rule.statement,
            word: rule.pattern,
            text: `never reached: the rule on ${where} takes all of it`,
          });
        } else if (!isFinal(rule) && changesPath(rule)) {
          // What comes behind may see another path than the earlier rules have seen.
          enders = enders.filter(({ pattern }) => everything.test(pattern));
        } else if (
          isFinal(rule) &&
          rule.conditions.length === 0 &&
          !isChained &&
          enders.length < maximumEnders
        ) {
          enders.push(rule);
        }
        if (rule.flags.has('S')) enders = [];
      }
    }
  },
});

/** Long lists of redirects would be compared each with each. */
const maximumEnders = 200;
