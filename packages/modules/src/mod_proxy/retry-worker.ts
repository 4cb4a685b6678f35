import type { RequestRecord } from '@httpd-ts/kernel';
import type { Worker } from './worker.ts';

/** Lets a worker in error back in when its retry time is over. httpd: modules/proxy/proxy_util.c ap_proxy_retry_worker */
export function retryWorker(name: string, worker: Worker, request: RequestRecord): void {
  const outcome = worker.retry(request.server.plan.world.clock.now());
  if (outcome === 'ok' || !request.logs('proxy', 'debug')) return;
  const message =
    outcome === 'stopped'
      ? `AH03305: ${name}: Won't retry worker (${worker.address}): stopped`
      : outcome === 'retried'
        ? `AH00932: ${name}: worker for (${worker.address}) has been marked for retry`
        : `AH00933: ${name}: too soon to retry worker for (${worker.address})`;
  request.log('proxy', 'debug', message);
}
