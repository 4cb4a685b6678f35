import type { ProviderRegistry, ServerRecord, World } from '@httpd-ts/kernel';
import type { Balancer } from './balancer.ts';
import { BalancerState } from './balancer-state.ts';
import { proxyServerOf } from './config.ts';
import { lbMethods } from './providers.ts';
import type { Worker } from './worker.ts';

const shared = new WeakSet<Worker>();

/**
 * Puts the state of a server's workers and balancers into shared memory. What a virtual host has from the main server
 * keeps the main server's.
 */
export function shareWorkers(server: ServerRecord, world: World, providers: ProviderRegistry): void {
  const { workers, balancers, balancerPersist } = proxyServerOf(server);
  const owner = `${server.hostname ?? ''}|${server.addresses.map(({ text }) => text).join(' ')}`;
  for (const worker of workers) {
    if (shared.has(worker)) continue;
    shared.add(worker);
    worker.share(world.shared, owner);
  }
  for (const balancer of balancers) {
    if (balancer.state === undefined)
      shareBalancer(balancer, world, providers, owner, balancerPersist ?? false);
  }
}

function shareBalancer(
  balancer: Balancer,
  world: World,
  providers: ProviderRegistry,
  owner: string,
  persists: boolean,
): void {
  const { parameters, members } = balancer;
  // httpd: modules/proxy/mod_proxy_balancer.c init_balancer_members
  if (parameters.maxAttempts === undefined && members.length > 1) parameters.maxAttempts = members.length - 1;
  balancer.findMethod = (name) => providers.find(lbMethods, name);
  balancer.method = balancer.findMethod(parameters.lbMethod);
  balancer.state = new BalancerState(balancer, world, owner, persists);
}
