import { definedBalancers } from '../proxying.ts';
import { defineRule } from '../rule.ts';
import type { Statement } from '../statements.ts';

const routeOf = ({ args }: Statement) => args.find((word) => /^route=/i.test(word))?.slice('route='.length);

export const duplicateRoute = defineRule({
  name: 'duplicate-route',
  severity: 'warning',
  what: 'Two members of a balancer have the same route.',
  why: 'A session that names the route may go to either of them; only one knows the session.',
  instead: 'Give each member a route of its own, the one its application server puts into the cookie.',
  bad: {
    config:
      '<Proxy balancer://cluster>\n  BalancerMember http://127.0.0.1:8081 route=a\n  BalancerMember http://127.0.0.1:8082 route=a\n</Proxy>\n',
    line: 3,
  },
  good: {
    config:
      '<Proxy balancer://cluster>\n  BalancerMember http://127.0.0.1:8081 route=a\n  BalancerMember http://127.0.0.1:8082 route=b\n</Proxy>\n',
  },
  check(configuration, report) {
    for (const { name, members } of definedBalancers(configuration).values()) {
      const seen = new Map<string, Statement>();
      for (const member of members) {
        const route = routeOf(member);
        if (route === undefined) continue;
        const first = seen.get(route);
        if (first === undefined) seen.set(route, member);
        else
          report({
            at: member,
            word: `route=${route}`,
            text: `route ${route} of balancer://${name} is that of line ${first.node.line} too`,
          });
      }
    }
  },
});
