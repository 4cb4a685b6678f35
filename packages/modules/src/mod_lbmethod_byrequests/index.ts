import { defineModule } from '@httpd-ts/kernel';
import { type LbMethod, lbMethods } from '../mod_proxy/contract.ts';

/**
 * Each member is given its share of every request; the one with the most to its credit takes the request and pays
 * all shares. httpd: modules/proxy/balancers/mod_lbmethod_byrequests.c
 */
export const byRequests: LbMethod = {
  isBest(current, best, baton) {
    const { lbFactor } = current;
    current.lbStatus += lbFactor;
    baton.value += lbFactor;
    return best === undefined || current.lbStatus > best.lbStatus;
  },
  elected(worker, baton) {
    worker.lbStatus -= baton.value;
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
