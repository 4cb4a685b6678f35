import { defineModule } from '@httpd-ts/kernel';
import { type LbMethod, lbMethods } from '../mod_proxy/contract.ts';

/** The member with the fewest bytes for its share, both ways. httpd: modules/proxy/balancers/mod_lbmethod_bytraffic.c */
export const byTraffic: LbMethod = {
  isBest(current, best, baton) {
    const { lbFactor } = current;
    const traffic = Math.floor(current.transferred / lbFactor) + Math.floor(current.read / lbFactor);
    if (best !== undefined && traffic >= baton.value) return false;
    baton.value = traffic;
    return true;
  },
};

/** Balancing by the bytes that went to and fro. */
export const modLbmethodBytraffic = defineModule({
  name: 'mod_lbmethod_bytraffic',
  identifier: 'lbmethod_bytraffic_module',
  httpd: 'modules/proxy/balancers/mod_lbmethod_bytraffic.c',
  directives: {},
  providers: [lbMethods.provide('bytraffic', byTraffic)],
});
