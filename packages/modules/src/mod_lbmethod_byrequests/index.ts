import { defineModule } from '@httpd-ts/kernel';
import { type ElectingMethod, FIELD, lbMethods } from '../mod_proxy/contract.ts';

/**
 * Each member is given its share of every request; the one with the most to its credit takes the request and pays
 * all shares. httpd: modules/proxy/balancers/mod_lbmethod_byrequests.c
 */
export const byRequests: ElectingMethod = {
  elect({ stride }, candidates) {
    let winner = -1;
    let most = 0;
    let shares = 0;
    let wins: Int32Array | undefined;
    let winsAt = 0;
    for (const { words, at, first, count } of candidates) {
      const credits = at + FIELD.lbStatus * stride;
      const factors = at + FIELD.lbFactor * stride;
      for (let i = 0; i < count; i++) {
        const share = words[factors + i]!;
        const credit = words[credits + i]! + share;
        words[credits + i] = credit;
        shares += share;
        if (winner >= 0 && credit <= most) continue;
        winner = first + i;
        most = credit;
        wins = words;
        winsAt = credits + i;
      }
    }
    if (wins !== undefined) wins[winsAt] = most - shares;
    return winner;
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
