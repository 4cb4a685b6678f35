import type { Plan } from '@httpd-ts/kernel';
import { workersOf } from '../mod_status/contract.ts';

/**
 * How many workers Apache would have started. A monitor gives a server requests by its idle workers, so a server that
 * counted all it may ever start would get the requests of several others.
 * httpd: server/mpm/event/event.c perform_idle_server_maintenance
 */
export class StartedWorkers {
  private readonly perChild: number;
  private readonly least: number;
  private readonly most: number;
  private readonly limit: number;
  private children: number;

  constructor(plan: Plan) {
    const { threadsPerChild = 25, startServers = 3, spareWorkers } = plan.process;
    this.perChild = threadsPerChild;
    this.least = spareWorkers?.least ?? 75;
    this.most = spareWorkers?.most ?? 250;
    this.limit = Math.max(1, Math.floor(workersOf(plan) / threadsPerChild));
    this.children = Math.min(startServers, this.limit);
  }

  /** The number while so many are busy: children are added when too few workers are idle, and one is ended when too many are. */
  count(busy: number): number {
    const wanted = Math.min(this.limit, Math.ceil((busy + this.least) / this.perChild));
    if (this.children < wanted) this.children = wanted;
    else if (this.children * this.perChild - busy > this.most) this.children--;
    return this.children * this.perChild;
  }
}
