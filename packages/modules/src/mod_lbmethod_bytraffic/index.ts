import { defineModule } from '@httpd-ts/kernel';
import { type ElectingMethod, FIELD, lbMethods, type MemberTable } from '../mod_proxy/contract.ts';

/** The member with the fewest bytes for its share, both ways. httpd: modules/proxy/balancers/mod_lbmethod_bytraffic.c */
export const byTraffic: ElectingMethod = {
  // What was seen of a member's traffic is never more than it is now: the least of that is looked at until it holds.
  elect(table, count) {
    const { candidates, leastTraffic } = table;
    if (count === 0) return -1;
    for (;;) {
      let best = candidates[0]!;
      let least = Number.POSITIVE_INFINITY;
      for (let i = 0; i < count; i++) {
        let traffic = leastTraffic[candidates[i]!]!;
        if (traffic < 0) {
          traffic = trafficOf(table, candidates[i]!);
          leastTraffic[candidates[i]!] = traffic;
        }
        if (traffic >= least) continue;
        best = candidates[i]!;
        least = traffic;
      }
      const now = trafficOf(table, best);
      if (now <= least) return best;
      leastTraffic[best] = now;
    }
  },
  reset(members) {
    for (const worker of members) worker.forgetTraffic();
  },
};

function trafficOf({ words, at }: MemberTable, member: number): number {
  const record = words[member]!;
  const start = at[member]!;
  const share = record[start + FIELD.lbFactor]!;
  const sent = Math.floor(counter(record, start + FIELD.transferred) / share);
  return sent + Math.floor(counter(record, start + FIELD.read) / share);
}

/** A counter of two words. */
function counter(record: Int32Array, at: number): number {
  return record[at + 1]! * 2 ** 32 + (record[at]! >>> 0);
}

/** Balancing by the bytes that went to and fro. */
export const modLbmethodBytraffic = defineModule({
  name: 'mod_lbmethod_bytraffic',
  identifier: 'lbmethod_bytraffic_module',
  httpd: 'modules/proxy/balancers/mod_lbmethod_bytraffic.c',
  directives: {},
  providers: [lbMethods.provide('bytraffic', byTraffic)],
});
