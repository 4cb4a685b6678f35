import {
  defineModule,
  entryOf,
  type FileError,
  NOT_IN,
  type Plan,
  perServer,
  type RequestRecord,
  take1,
} from '@httpd-ts/kernel';
import {
  type HeartbeatSlots,
  heartbeatSlots,
  readHeartbeats,
  slotCount,
  storagePath,
  usualStorage,
} from '../mod_heartmonitor/contract.ts';
import {
  type ChoosingMethod,
  connectErrors,
  lbMethods,
  type MemberTable,
  type Worker,
} from '../mod_proxy/contract.ts';
import {
  chooseByIdleWorkers,
  countedWorkers,
  type HeardServer,
  type IdleShares,
  idleShares,
} from './choose-by-idle-workers.ts';
import { summaries } from './summaries.ts';

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
  if (typeof info === 'string') return cannotRead(request, path, info);
  const state = `${info.mtimeMs}/${info.size}/${info.inode}`;
  const before = known.get(config);
  if (before?.state === state) return before.servers;
  const content = world.files.readText(path);
  if (typeof content === 'string') return cannotRead(request, path, content);
  const servers = new Map<string, HeardServer>();
  for (const { ip, ready, busy, seenMs } of readHeartbeats(content.text, info.mtimeMs)) {
    const lastSeen = Math.round((info.mtimeMs - seenMs) / 1000);
    servers.set(ip, { ready: countedWorkers(ready, busy), lastSeen });
  }
  known.set(config, { state, servers });
  return servers;
}

function cannotRead(request: RequestRecord, path: string, error: FileError): Servers {
  const text = `AH01213: lb_heartbeat: Unable to read heartbeats at '${path}'`;
  request.log('lbmethod_heartbeat', 'error', text, entryOf(connectErrors, error));
  return nobody;
}

const slotsOfPlans = new WeakMap<Plan, { readonly slots: HeartbeatSlots; known: Known | undefined }>();

/** The servers as a monitor in this server has them in memory; what was read holds for a tenth of a second. httpd: readslot_heartbeats */
function serversOfSlots(plan: Plan, count: number): Servers {
  let of = slotsOfPlans.get(plan);
  if (of === undefined) {
    of = { slots: heartbeatSlots(plan.world.shared, count), known: undefined };
    slotsOfPlans.set(plan, of);
  }
  const { slots } = of;
  const nowMs = plan.world.clock.now();
  const state = `${slots.noteCount}/${Math.floor(nowMs / 100)}`;
  if (of.known?.state === state) return of.known.servers;
  const servers = new Map<string, HeardServer>();
  for (const { ip, ready, busy, seenMs } of slots.all())
    servers.set(ip, {
      ready: countedWorkers(ready, busy),
      lastSeen: Math.floor((nowMs - seenMs) / 1000),
    });
  of.known = { state, servers };
  return servers;
}

function heartbeatsOf(request: RequestRecord): Servers {
  const { plan } = request.server;
  const count = slotCount(plan);
  return count > 0 ? serversOfSlots(plan, count) : serversOfFile(request);
}

/** The idle workers of the members, as they are counted for what was heard of the servers last. */
interface Counted {
  readonly servers: Servers;
  readonly share: IdleShares;
  /** Of several members at one address the last takes what they have together. */
  readonly takers: readonly Worker[];
}

function count({ members }: MemberTable, servers: Servers): Counted {
  const heard = members.map((worker) => (worker.isUsable ? servers.get(worker.hostname) : undefined));
  const last = new Map<HeardServer | undefined, Worker>(members.map((worker, i) => [heard[i], worker]));
  return { servers, share: idleShares(heard), takers: heard.map((one) => last.get(one)!) };
}

/** Sets, spares and standbys count for nothing here, and draining members go on. httpd: find_best_hb */
const heartbeat: ChoosingMethod = {
  choose(table, request) {
    const servers = heartbeatsOf(request);
    if ((table.kept as Counted | undefined)?.servers !== servers) table.kept = count(table, servers);
    const { share, takers } = table.kept as Counted;
    const chosen = chooseByIdleWorkers(share, () => request.server.plan.world.digests.random());
    return takers[chosen];
  },
};

/** Balancing by the idle workers that back ends report to a monitor, which writes what it heard into a file. */
export const modLbmethodHeartbeat = defineModule({
  name: 'mod_lbmethod_heartbeat',
  identifier: 'lbmethod_heartbeat_module',
  httpd: 'modules/proxy/balancers/mod_lbmethod_heartbeat.c',
  summaries,
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
