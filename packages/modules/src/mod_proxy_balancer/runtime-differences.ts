import type { Plan } from '@httpd-ts/kernel';
import { type Balancer, proxyServer, shareWorkers } from '../mod_proxy/contract.ts';
import { type Difference, differencesOf } from './differences.ts';

/** What was changed at run time, as far as it is known where no server runs. */
export interface RuntimeDifferences {
  readonly differences: readonly Difference[];
  /** Balancers whose changes only the running server knows, as BalancerPersist is Off. */
  readonly unkept: readonly string[];
}

/** Compares the balancers of a plan that is not served with what BalancerPersist has kept of the changes to them. */
export function runtimeDifferences(plan: Plan): RuntimeDifferences {
  const seen = new Set<Balancer>();
  const unkept: string[] = [];
  for (const server of plan.servers) {
    shareWorkers(server, plan.world, plan.providers);
    const { balancers, balancerPersist = false } = proxyServer.at(server.config);
    for (const balancer of balancers) {
      if (seen.has(balancer)) continue;
      seen.add(balancer);
      if (!balancerPersist) unkept.push(balancer.name);
    }
  }
  return { differences: [...seen].flatMap(differencesOf), unkept };
}
