import { defineModule, NOT_IN, perServer, type RequestRecord, take1 } from '@httpd-ts/kernel';
import { type ChoosingMethod, lbMethods } from '../mod_proxy/contract.ts';
import { chooseByIdleWorkers, type Heartbeat, readHeartbeats } from './heartbeats.ts';

/** httpd: DEFAULT_HEARTBEAT_STORAGE */
const usualName = 'hb.dat';

const storage = perServer<{ path?: string }>({
  create: () => ({}),
  merge: (outer, inner) => ({ ...outer, ...inner }),
});

interface Known {
  readonly state: string;
  readonly servers: ReadonlyMap<string, Heartbeat>;
}

const known = new WeakMap<object, Known>();
const nobody: ReadonlyMap<string, Heartbeat> = new Map();

function storagePath({ server }: RequestRecord, name: string): string {
  if (name.startsWith('/')) return name;
  const { defaultRuntimeDir, serverRoot } = server.plan.settings;
  return `${(defaultRuntimeDir ?? `${serverRoot}/logs`).replace(/\/$/, '')}/${name}`;
}

/** The servers as the storage has them; it is read again when it has changed. httpd: read_heartbeats */
function heartbeatsOf(request: RequestRecord): ReadonlyMap<string, Heartbeat> {
  const config = storage.of(request);
  const { files } = request.server.plan.world;
  const path = storagePath(request, config.path ?? usualName);
  const info = files.stat(path);
  if (typeof info === 'string') return cannotRead(request, path);
  const state = `${info.mtimeMs}/${info.size}/${info.inode}`;
  const before = known.get(config);
  if (before?.state === state) return before.servers;
  const content = files.readText(path);
  if (typeof content === 'string') return cannotRead(request, path);
  const servers = readHeartbeats(content.text);
  known.set(config, { state, servers });
  return servers;
}

function cannotRead(request: RequestRecord, path: string): ReadonlyMap<string, Heartbeat> {
  request.log('lbmethod_heartbeat', 'error', `AH01213: lb_heartbeat: Unable to read heartbeats at '${path}'`);
  return nobody;
}

/** Sets, spares and standbys count for nothing here, and draining members go on. httpd: find_best_hb */
const heartbeat: ChoosingMethod = {
  choose(members, request) {
    const servers = heartbeatsOf(request);
    const candidates = members.map((worker) => (worker.isUsable ? servers.get(worker.hostname) : undefined));
    const chosen = chooseByIdleWorkers(candidates, () => request.server.plan.world.digests.random());
    if (chosen < 0) return undefined;
    // Of several members at one address the last takes what they have together.
    return members.findLast((_worker, i) => candidates[i] === candidates[chosen]);
  },
};

/** Balancing by the idle workers that back ends report to a monitor, which writes what it heard into a file. */
export const modLbmethodHeartbeat = defineModule({
  name: 'mod_lbmethod_heartbeat',
  identifier: 'lbmethod_heartbeat_module',
  httpd: 'modules/proxy/balancers/mod_lbmethod_heartbeat.c',
  directives: {
    HeartbeatStorage: storage.directive({
      args: take1,
      context: 'server',
      notIn: NOT_IN.virtualHost,
      usage: 'Path to read heartbeat data.',
      default: usualName,
      set(config, path) {
        config.path = path;
      },
    }),
  },
  providers: [lbMethods.provide('heartbeat', heartbeat)],
});
