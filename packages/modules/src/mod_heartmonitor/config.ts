import { type DatagramPeer, perServer } from '@httpd-ts/kernel';

export interface MonitorConfig {
  /** Where it listens. */
  address?: DatagramPeer;
  /** Servers there is room for in shared memory; with 0 a file is the storage. */
  maxServers?: number;
  storage?: string;
}

export const defaultMaxServers = 10;

export const monitorConfig = perServer<MonitorConfig>({
  create: () => ({}),
  merge: (outer, inner) => ({ ...outer, ...inner }),
});
