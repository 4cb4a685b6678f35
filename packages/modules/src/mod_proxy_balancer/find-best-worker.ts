import type { RequestRecord } from '@httpd-ts/kernel';
import { type Balancer, type LbMethod, retryWorker, WORKER, type Worker } from '../mod_proxy/contract.ts';

/**
 * Elects a member: the sets from the lowest up, in each the usable members, with spares in the place of unusable
 * ones, and standbys where nothing else is left. httpd: modules/proxy/proxy_util.c proxy_balancer_get_best_worker
 */
export function findBestWorker(
  balancer: Balancer,
  method: LbMethod,
  request: RequestRecord,
): Worker | undefined {
  const baton = { value: 0 };
  let best: Worker | undefined;
  let highestSet = 0;
  const consider = (worker: Worker) => {
    if (method.isBest(worker, best, baton)) best = worker;
  };
  for (let set = 0; best === undefined && set <= highestSet; set++) {
    const spares: Worker[] = [];
    const standbys: Worker[] = [];
    let unusable = 0;
    for (const worker of balancer.members) {
      const { lbSet } = worker;
      if (lbSet > highestSet) highestSet = lbSet;
      if (lbSet !== set) continue;
      const isSpare = worker.is(WORKER.hotSpare);
      const isStandby = worker.is(WORKER.hotStandby);
      if (worker.is(WORKER.draining)) {
        if (!isSpare && !isStandby) unusable++;
        continue;
      }
      if (!worker.isUsable) retryWorker('BALANCER', worker, request);
      const { isUsable } = worker;
      if (isSpare) {
        if (isUsable) spares.push(worker);
      } else if (isStandby) {
        if (isUsable) standbys.push(worker);
      } else if (isUsable) consider(worker);
      else unusable++;
    }
    spares.slice(0, unusable).forEach(consider);
    if (best === undefined) standbys.forEach(consider);
  }
  if (best !== undefined) method.elected?.(best, baton);
  return best;
}
