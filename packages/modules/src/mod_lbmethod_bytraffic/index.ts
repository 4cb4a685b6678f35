import { defineModule } from '@httpd-ts/kernel';
import { FIELD, type LbMethod, lbMethods } from '../mod_proxy/contract.ts';

/** The member with the fewest bytes for its share, both ways. httpd: modules/proxy/balancers/mod_lbmethod_bytraffic.c */
export const byTraffic: LbMethod = {
  elect({ words, at, candidates }, count) {
    let best = -1;
    let least = 0;
    for (let i = 0; i < count; i++) {
      const member = candidates[i]!;
      const record = words[member]!;
      const start = at[member]!;
      const share = record[start + FIELD.lbFactor]!;
      const sent = counter(record, start + FIELD.transferred);
      const traffic = Math.floor(sent / share) + Math.floor(counter(record, start + FIELD.read) / share);
      if (best >= 0 && traffic >= least) continue;
      best = member;
      least = traffic;
    }
    return best;
  },
  reset(members) {
    for (const worker of members) worker.forgetTraffic();
  },
};

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
