import { defineModule } from '@httpd-ts/kernel';
import { type ElectingMethod, FIELD, lbMethods } from '../mod_proxy/contract.ts';

/**
 * The member with the fewest requests under way; among equals the one with the most credit.
 * httpd: modules/proxy/balancers/mod_lbmethod_bybusyness.c
 */
export const byBusyness: ElectingMethod = {
  elect({ words, at, candidates }, count) {
    let best = -1;
    let most = 0;
    let fewest = 0;
    let shares = 0;
    for (let i = 0; i < count; i++) {
      const member = candidates[i]!;
      const record = words[member]!;
      const start = at[member]!;
      const share = record[start + FIELD.lbFactor]!;
      const credit = record[start + FIELD.lbStatus]! + share;
      const busy = record[start + FIELD.busy]!;
      record[start + FIELD.lbStatus] = credit;
      shares += share;
      if (best >= 0 && (busy > fewest || (busy === fewest && credit <= most))) continue;
      best = member;
      most = credit;
      fewest = busy;
    }
    if (best >= 0) words[best]![at[best]! + FIELD.lbStatus] = most - shares;
    return best;
  },
  reset(members) {
    for (const worker of members) worker.lbStatus = 0;
  },
};

/** Balancing by the number of requests under way. */
export const modLbmethodBybusyness = defineModule({
  name: 'mod_lbmethod_bybusyness',
  identifier: 'lbmethod_bybusyness_module',
  httpd: 'modules/proxy/balancers/mod_lbmethod_bybusyness.c',
  directives: {},
  providers: [lbMethods.provide('bybusyness', byBusyness)],
});
