import { type Compilation, defineModule, handler, postConfig } from '@httpd-ts/kernel';
import { balancerHooks, proxyServer } from '../mod_proxy/contract.ts';
import { checkOutcome, chooseMember } from './choose-member.ts';
import { serveManager } from './serve-manager.ts';

/** Spreads requests over the members of a balancer, and lets people and programs see and change them. */
export const modProxyBalancer = defineModule({
  name: 'mod_proxy_balancer',
  identifier: 'proxy_balancer_module',
  httpd: 'modules/proxy/mod_proxy_balancer.c',
  directives: {},
  hooks: [postConfig(checkDependencies, { after: ['mod_proxy'] }), handler(serveManager, { order: 'first' })],
  providers: [balancerHooks.provide('default', { preRequest: chooseMember, postRequest: checkOutcome })],
});

/** httpd: balancer_post_config */
function checkDependencies(compilation: Compilation): void {
  if (!compilation.hasModule('mod_slotmem_shm')) {
    compilation.refuse(
      "AH01177: Failed to lookup provider 'shm' for 'slotmem': is mod_slotmem_shm loaded??\nAH00020: Configuration Failed, exiting",
    );
    return;
  }
  for (const server of compilation.servers) {
    for (const { method, parameters } of proxyServer.at(server.config).balancers) {
      if (method !== undefined) continue;
      compilation.refuse(`AH02432: Cannot find LB Method: ${parameters.lbMethod}`);
      return;
    }
  }
}
