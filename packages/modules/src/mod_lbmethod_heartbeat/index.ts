import { defineModule, NOT_IN, type Plan, perServer, type RequestRecord, take1 } from '@httpd-ts/kernel';
import {
  type HeartbeatSlots,
  heartbeatSlots,
  readHeartbeats,
  slotCount,
  storagePath,
  usualStorage,
} from '../mod_heartmonitor/contract.ts';
import { type ChoosingMethod, lbMethods } from '../mod_proxy/contract.ts';
import { chooseByIdleWorkers, countedWorkers, type HeardServer } from './choose-by-idle-workers.ts';

const storage = perServer<{ path?: string }>({
  create: () => ({}),
  merge: (outer, inner) => ({ ...outer, ...inner }),
});

type Servers = ReadonlyMap<string, HeardServer>;

interface Known {
  readonly state: string;
  readonly servers: Servers;
}

const known = new WeakMap<object, Known>();
const nobody: Servers = new Map();

/** The servers as the file has them; it is read again when it has changed. httpd: readfile_heartbeats */
function serversOfFile(request: RequestRecord): Servers {
  const config = storage.of(request);
  const { world, settings } = request.server.plan;
  const path = storagePath(settings, config.path ?? usualStorage);
  const info = world.files.stat(path);
  if (typeof info === 'string') return cannotRead(request, path);
  const state = `${info.mtimeMs}/${info.size}/${info.inode}`;
  const before = known.get(config);
  if (before?.state === state) return before.servers;
  const content = world.files.readText(path);
  if (typeof content === 'string') return cannotRead(request, path);
  const servers = new Map<string, HeardServer>();
  for (const { ip, ready, busy, seenMs } of readHeartbeats(content.text, info.mtimeMs)) {
    const lastSeen = Math.round((info.mtimeMs - seenMs) / 1000);
    servers.set(ip, { ready: countedWorkers(ready, busy), lastSeen });
  }
  known.set(config, { state, servers });
  return servers;
}

function cannotRead(request: RequestRecord, path: string): Servers {
  request.log('lbmethod_heartbeat', 'error', `AH01213: lb_heartbeat: Unable to read heartbeats at '${path}'`);
  return nobody;
}

const slotsOfPlans = new WeakMap<Plan, HeartbeatSlots>();

/** The servers as a monitor in this server has them in memory. httpd: readslot_heartbeats */
function serversOfSlots(plan: Plan, count: number): Servers {
  let slots = slotsOfPlans.get(plan);
  if (slots === undefined) {
    slots = heartbeatSlots(plan.world.shared, count);
    slotsOfPlans.set(plan, slots);
  }
  const nowMs = plan.world.clock.now();
  const servers = new Map<string, HeardServer>();
  for (const { ip, ready, busy, seenMs } of slots.all())
    servers.set(ip, {
      ready: countedWorkers(ready, busy),
      lastSeen: Math.floor((nowMs - seenMs) / 1000),
    });
  return servers;
}

function heartbeatsOf(request: RequestRecord): Servers {
  const { plan } = request.server;
  const count = slotCount(plan);
  return count > 0 ? serversOfSlots(plan, count) : serversOfFile(request);
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
      default: usualStorage,
      set(config, path) {
        config.path = path;
      },
    }),
  },
  providers: [lbMethods.provide('heartbeat', heartbeat)],
});
