import type { RequestRecord } from '@httpd-ts/kernel';
import type { Worker } from './worker.ts';

const busyWorkers = { name: 'workers that count this request' };

/** Counts a request for a worker until `releaseWorkers`. */
export function occupyWorker(request: RequestRecord, worker: Worker): void {
  worker.startRequest();
  const others = request.state<Worker[]>(busyWorkers);
  if (others === undefined) request.setState(busyWorkers, [worker]);
  else others.push(worker);
}

/** Ends the counting; more than one call does no harm. */
export function releaseWorkers(request: RequestRecord): void {
  const workers = request.state<Worker[]>(busyWorkers);
  if (workers === undefined) return;
  for (const worker of workers) worker.endRequest();
  workers.length = 0;
}
