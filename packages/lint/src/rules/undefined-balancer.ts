import { nearestName } from '../nearest-name.ts';
import { balancerName, definedBalancers, proxyTargets } from '../proxying.ts';
import { defineRule } from '../rule.ts';

export const undefinedBalancer = defineRule({
  name: 'undefined-balancer',
  severity: 'warning',
  what: 'Requests are sent to a balancer that no section defines, or that has no members.',
  why: 'Every such request is answered 503 (or 500).',
  instead: 'Define it: <Proxy balancer://name>, with a BalancerMember for each back end.',
  bad: {
    config:
      '<Proxy balancer://cluster>\n  BalancerMember http://127.0.0.1:8081\n</Proxy>\nProxyPass / balancer://clustre/\nProxyPassReverse / balancer://clustre/\n',
    line: 4,
  },
  good: {
    config:
      '<Proxy balancer://cluster>\n  BalancerMember http://127.0.0.1:8081\n</Proxy>\nProxyPass / balancer://cluster/\nProxyPassReverse / balancer://cluster/\n',
  },
  check(configuration, report) {
    const defined = definedBalancers(configuration);
    for (const { statement, url } of proxyTargets(configuration)) {
      const name = balancerName(url);
      if (name === undefined || /[$%]/.test(name)) continue;
      const balancer = defined.get(name);
      if (balancer !== undefined && balancer.members.length > 0) continue;
      const text =
        balancer === undefined
          ? `no section defines balancer://${name}`
          : `balancer://${name} has no BalancerMember`;
      const nearest = balancer === undefined ? nearestName(name, defined.keys()) : undefined;
      report({
        at: statement,
        word: url,
        text,
        didYouMean: nearest === undefined ? undefined : `balancer://${nearest}`,
      });
    }
  },
});
