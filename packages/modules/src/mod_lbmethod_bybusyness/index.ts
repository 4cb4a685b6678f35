import { defineModule } from '@httpd-ts/kernel';
import { type LbMethod, lbMethods } from '../mod_proxy/contract.ts';

/**
 * The member with the fewest requests under way; among equals the one with the most credit.
 * httpd: modules/proxy/balancers/mod_lbmethod_bybusyness.c
 */
export const byBusyness: LbMethod = {
  isBest(current, best, baton) {
    const { lbFactor } = current;
    current.lbStatus += lbFactor;
    baton.value += lbFactor;
    if (best === undefined) return true;
    const difference = current.busy - best.busy;
    return difference < 0 || (difference === 0 && current.lbStatus > best.lbStatus);
  },
  elected(worker, baton) {
    worker.lbStatus -= baton.value;
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
