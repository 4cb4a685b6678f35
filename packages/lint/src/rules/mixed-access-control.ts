import { defineRule } from '../rule.ts';
import { type Statement, scopeOf } from '../statements.ts';

export const mixedAccessControl = defineRule({
  name: 'mixed-access-control',
  severity: 'warning',
  what: 'Order, Allow or Deny stand in the same place as Require.',
  why: 'Both kinds have to be passed (unless Satisfy Any says otherwise), by two modules that know nothing of each other: the outcome is seldom what was meant.',
  instead: 'Use Require alone: Require all granted, Require ip 192.168.1, Require all denied.',
  bad: {
    config: '<Location /admin>\n  Order deny,allow\n  Deny from all\n  Require ip 192.168.1\n</Location>\n',
    line: 2,
  },
  good: { config: '<Location /admin>\n  Require ip 192.168.1\n</Location>\n' },
  check({ statements }, report) {
    const requiring = new Map<Statement | undefined, Statement>();
    for (const statement of statements.named('require')) {
      const scope = scopeOf(statement);
      const isUser = /^(?:valid-user|user|group|ldap-|file-|dbm-)/i.test(statement.args[0] ?? '');
      if (!isUser && !requiring.has(scope)) requiring.set(scope, statement);
    }
    const reported = new Set<Statement | undefined>();
    for (const statement of statements.named('order', 'allow', 'deny')) {
      const scope = scopeOf(statement);
      const other = requiring.get(scope);
      if (other === undefined || reported.has(scope)) continue;
      reported.add(scope);
      report({
        at: statement,
        text: `${statement.node.name} and Require (line ${other.node.line}) control access in one place`,
      });
    }
  },
});
