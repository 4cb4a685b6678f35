import type { ServerRecord, SharedMemory } from '@httpd-ts/kernel';
import { proxyServerOf } from './config.ts';
import type { Worker } from './worker.ts';

const shared = new WeakSet<Worker>();

/**
 * Puts the state of a server's workers into shared memory. A worker that a virtual host has from the main server
 * keeps the main server's.
 */
export function shareWorkers(server: ServerRecord, memory: SharedMemory): void {
  const { workers, balancers } = proxyServerOf(server);
  const owner = `${server.hostname ?? ''}|${server.addresses.map(({ text }) => text).join(' ')}`;
  for (const worker of [...workers, ...balancers.flatMap(({ members }) => members)]) {
    if (shared.has(worker)) continue;
    shared.add(worker);
    worker.share(memory, owner);
  }
}
