import { defineRule } from '../rule.ts';
import { shownName } from '../shown-name.ts';

/** What to write in place of directives that Apache keeps for old configurations only. */
const replacements: Readonly<Record<string, string>> = {
  order: 'Use Require: Require all granted in place of Order allow,deny with Allow from all.',
  allow: 'Use Require: Require all granted, Require ip 192.168.1, Require host example.com.',
  deny: 'Use Require: Require all denied, or Require not ip ... in <RequireAll>.',
  satisfy: 'Use <RequireAny> in place of Satisfy Any, <RequireAll> in place of Satisfy All.',
  namevirtualhost: 'Take the line out: every address of several virtual hosts is name-based.',
  maxclients: 'MaxRequestWorkers',
  maxrequestsperchild: 'MaxConnectionsPerChild',
  sslcertificatechainfile: 'Put the chain into the file of SSLCertificateFile, behind the certificate.',
  defaulttype: 'Use ForceType in a section, or AddType.',
  cookielog: 'CustomLog file "%{Cookie}n \\"%r\\" %t"',
  authdigestenablequerystringhack: 'Take the line out: it was for browsers long gone.',
  sslrequire: 'Require expr',
  sslinsecurerenegotiation: 'Take the line out: it reopens CVE-2009-3555.',
};

export const deprecatedDirective = defineRule({
  name: 'deprecated-directive',
  severity: 'warning',
  what: 'A directive is kept for old configurations only.',
  why: 'It will go in a later version, and mixes badly with what replaced it.',
  instead: 'Write what replaced it.',
  bad: { config: '<Location /admin>\n  Order deny,allow\n</Location>\n', line: 2 },
  good: { config: '<Location /admin>\n  Require all denied\n</Location>\n' },
  check({ statements }, report) {
    for (const statement of statements.all) {
      if (!Object.hasOwn(replacements, statement.name)) continue;
      const replacement = replacements[statement.name]!;
      const isName = /^\w+$/.test(replacement);
      report({
        at: statement,
        text: `${shownName(statement.node.name)} is deprecated`,
        instead: isName ? `Write ${replacement} in its place.` : replacement,
      });
    }
  },
});

/** Some of the oldest are registered in small letters. */
