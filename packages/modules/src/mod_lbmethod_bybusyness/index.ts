import { defineModule } from '@httpd-ts/kernel';
import { type ElectingMethod, FIELD, lbMethods } from '../mod_proxy/contract.ts';

/**
 * The member with the fewest requests under way; among equals the one with the most credit.
 * httpd: modules/proxy/balancers/mod_lbmethod_bybusyness.c
 */
export const byBusyness: ElectingMethod = {
  elect({ stride }, candidates) {
    let winner = -1;
    let most = 0;
    let fewest = 0;
    let shares = 0;
    let wins: Int32Array | undefined;
    let winsAt = 0;
    for (const { words, at, first, count } of candidates) {
      const credits = at + FIELD.lbStatus * stride;
      const factors = at + FIELD.lbFactor * stride;
      const requests = at + FIELD.busy * stride;
      for (let i = 0; i < count; i++) {
        const share = words[factors + i]!;
        const credit = words[credits + i]! + share;
        const busy = words[requests + i]!;
        words[credits + i] = credit;
        shares += share;
        if (winner >= 0 && (busy > fewest || (busy === fewest && credit <= most))) continue;
        winner = first + i;
        most = credit;
        fewest = busy;
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

/** Balancing by the number of requests under way. */
export const modLbmethodBybusyness = defineModule({
  name: 'mod_lbmethod_bybusyness',
  identifier: 'lbmethod_bybusyness_module',
  httpd: 'modules/proxy/balancers/mod_lbmethod_bybusyness.c',
  directives: {},
  providers: [lbMethods.provide('bybusyness', byBusyness)],
});
