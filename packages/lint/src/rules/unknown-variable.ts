import { rewriteVariableNames } from '@httpd-ts/modules';
import { nearestName } from '../nearest-name.ts';
import { defineRule } from '../rule.ts';

const known = new Set(rewriteVariableNames);

/** What was meant by a variable that does not exist: a header by its CGI name, or a known name in other letters. */
function meantVariable(name: string): string | undefined {
  const header = /^HTTP_(.+)$/i.exec(name)?.[1];
  const nearest = nearestName(name, rewriteVariableNames);
  if (nearest !== undefined) return `%{${nearest}}`;
  if (header === undefined) return undefined;
  const words = header
    .toLowerCase()
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `%{HTTP:${words.join('-')}}`;
}

export const unknownVariable = defineRule({
  name: 'unknown-variable',
  severity: 'warning',
  what: 'A rewrite rule or condition uses %{NAME} with a name that mod_rewrite does not know.',
  why: 'An unknown variable is empty: the condition is decided by nothing, or a part of the URL is missing.',
  instead:
    'Use a name of the list in the manual; %{HTTP:Header-Name} for any header, %{ENV:name} for the environment.',
  bad: {
    config:
      'RewriteEngine On\nRewriteCond %{HTTP_X_FORWARDED_PROTO} !https\nRewriteRule ^/(.*)$ https://www.example.com/$1 [R,L]\n',
    line: 2,
  },
  good: {
    config:
      'RewriteEngine On\nRewriteCond %{HTTP:X-Forwarded-Proto} !https\nRewriteRule ^/(.*)$ https://www.example.com/$1 [R,L]\n',
  },
  check({ statements }, report) {
    for (const statement of statements.named('rewritecond', 'rewriterule')) {
      if (/^\s*"?expr\b/i.test(statement.node.args)) continue;
      for (const [whole, text] of statement.node.args.matchAll(/(?<!\\)%\{([^{}]*)\}/g)) {
        const name = text!.replace(/^LA-[UF]:/i, '');
        if (/^(?:ENV|SSL|HTTP):/i.test(name) || known.has(name.toUpperCase())) continue;
        report({
          at: statement,
          word: whole,
          text: `mod_rewrite knows no variable ${whole}, and takes it as empty`,
          didYouMean: meantVariable(name),
        });
      }
    }
  },
});
