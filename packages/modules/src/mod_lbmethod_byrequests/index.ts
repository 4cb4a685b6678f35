import { defineModule } from '@httpd-ts/kernel';
import { type ElectingMethod, FIELD, lbMethods } from '../mod_proxy/contract.ts';

/**
 * Each member is given its share of every request; the one with the most to its credit takes the request and pays
 * all shares. httpd: modules/proxy/balancers/mod_lbmethod_byrequests.c
 */
export const byRequests: ElectingMethod = {
  elect({ words, at, candidates }, count) {
    let best = -1;
    let most = 0;
    let shares = 0;
    for (let i = 0; i < count; i++) {
      const member = candidates[i]!;
      const record = words[member]!;
      const start = at[member]!;
      const share = record[start + FIELD.lbFactor]!;
      const credit = record[start + FIELD.lbStatus]! + share;
      record[start + FIELD.lbStatus] = credit;
      shares += share;
      if (best >= 0 && credit <= most) continue;
      best = member;
      most = credit;
    }
    if (best >= 0) words[best]![at[best]! + FIELD.lbStatus] = most - shares;
    return best;
  },
  reset(members) {
    for (const worker of members) worker.lbStatus = 0;
  },
};

/** Balancing by the number of requests. */
export const modLbmethodByrequests = defineModule({
  name: 'mod_lbmethod_byrequests',
  identifier: 'lbmethod_byrequests_module',
  httpd: 'modules/proxy/balancers/mod_lbmethod_byrequests.c',
  directives: {},
  providers: [lbMethods.provide('byrequests', byRequests)],
});
