import { defineModule, handler, NOT_IN, postConfig, serverExit, serverInit, take1 } from '@httpd-ts/kernel';
import { leadingInteger as atoi } from '../core/contract.ts';
import { setHeartbeatAddress } from '../set-heartbeat-address.ts';
import { defaultMaxServers, monitorConfig } from './config.ts';
import { listenForHeartbeats, stopListening } from './listen.ts';
import { serveHeartbeat } from './serve-heartbeat.ts';
import { usualStorage } from './storage-path.ts';
import { summaries } from './summaries.ts';

const { directive } = monitorConfig;
const inMainServer = { args: take1, context: 'server', notIn: NOT_IN.virtualHost } as const;

/** Listens for what back ends say of their idle workers, and keeps it for mod_lbmethod_heartbeat. */
export const modHeartmonitor = defineModule({
  name: 'mod_heartmonitor',
  identifier: 'heartmonitor_module',
  httpd: 'modules/cluster/mod_heartmonitor.c',
  summaries,
  directives: {
    HeartbeatListen: directive({
      ...inMainServer,
      usage: 'Address to listen for heartbeat requests',
      set: setHeartbeatAddress({
        unreadable: 'Unable to parse multicast address.',
        noHost: 'No host provided in multicast address',
        noPort: 'No port provided in multicast address',
        unknownHost: 'apr_sockaddr_info_get failed on multicast address',
      }),
    }),
    HeartbeatMaxServers: directive({
      ...inMainServer,
      usage: 'Max number of servers when using slotmem (instead file) to store heartbeat data.',
      default: String(defaultMaxServers),
      set(config, text) {
        const most = atoi(text);
        if (most !== 0 && most < 10)
          return 'HeartbeatMaxServers: Should be 0 for file storage, or greater or equal than 10 for slotmem';
        config.maxServers = most;
        return undefined;
      },
    }),
    HeartbeatStorage: directive({
      ...inMainServer,
      usage: 'Path to store heartbeat data.',
      default: usualStorage,
      set(config, path) {
        config.storage = path;
      },
    }),
  },
  hooks: [
    postConfig((compilation) => {
      const { maxServers = defaultMaxServers } = monitorConfig.at(compilation.servers[0]!.config);
      if (maxServers > 0 && !compilation.hasModule('mod_slotmem_shm'))
        compilation.refuse(
          "AH02284: failed to lookup provider 'shm' for 'slotmem', maybe you need to load mod_slotmem_shm?\nAH00020: Configuration Failed, exiting",
        );
    }),
    serverInit(listenForHeartbeats),
    serverExit(stopListening),
    handler(serveHeartbeat, { order: 'first' }),
  ],
});
