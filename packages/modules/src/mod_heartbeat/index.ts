import {
  type Compilation,
  type ConnectionStatus,
  type DatagramPeer,
  type Datagrams,
  defineModule,
  NOT_IN,
  type Plan,
  perServer,
  serverExit,
  serverInit,
  type ThreadStatus,
  type Timer,
  take1,
} from '@httpd-ts/kernel';
import { takesWorker } from '../mod_status/contract.ts';
import { setHeartbeatAddress } from '../set-heartbeat-address.ts';
import { StartedWorkers } from './started-workers.ts';
import { summaries } from './summaries.ts';

const intervalMs = 1000;

const heartbeatConfig = perServer<{ address?: DatagramPeer }>({
  create: () => ({}),
  merge: (outer, inner) => ({ ...outer, ...inner }),
});

/** httpd: modules/cluster/mod_heartbeat.c hb_monitor */
function message(started: StartedWorkers, threads: readonly ThreadStatus[]): string {
  const isBusy = (connection: ConnectionStatus) => takesWorker(connection) && connection.state !== 'G';
  const busy = threads.reduce((sum, { connections }) => sum + connections.filter(isBusy).length, 0);
  return `v=1&ready=${Math.max(0, started.count(busy) - busy)}&busy=${busy}`;
}

const stops = new WeakMap<Plan, () => void>();

function beginToBeat({ world }: Compilation, plan: Plan): void {
  const { address } = heartbeatConfig.at(plan.mainServer.config);
  if (address === undefined) return;
  let timer: Timer | undefined;
  let socket: Datagrams | undefined;
  let isOver = false;
  const started = new StartedWorkers(plan);
  const beat = async () => {
    const threads = await world.scoreboard.collect();
    if (isOver) return;
    socket?.send(message(started, threads), address);
    timer = world.clock.after(intervalMs, beat);
  };
  stops.set(plan, () => {
    isOver = true;
    timer?.cancel();
    socket?.close();
  });
  void world.network.openDatagrams({ towards: address }).then((opened) => {
    if (typeof opened === 'string') return;
    socket = opened;
    if (isOver) socket.close();
    else timer = world.clock.after(intervalMs, beat);
  });
}

function stopBeating(_compilation: Compilation, plan: Plan): void {
  stops.get(plan)?.();
  stops.delete(plan);
}

/** Tells a monitor each second how many workers are idle, in one datagram. */
export const modHeartbeat = defineModule({
  name: 'mod_heartbeat',
  identifier: 'heartbeat_module',
  httpd: 'modules/cluster/mod_heartbeat.c',
  summaries,
  directives: {
    HeartbeatAddress: heartbeatConfig.directive({
      args: take1,
      context: 'server',
      notIn: NOT_IN.virtualHost,
      usage: 'Address to send heartbeat requests',
      set: setHeartbeatAddress({
        unreadable: 'Unable to parse address.',
        noHost: 'No host provided in address',
        noPort: 'No port provided in address',
        unknownHost: 'apr_sockaddr_info_get failed.',
      }),
    }),
  },
  hooks: [serverInit(beginToBeat), serverExit(stopBeating)],
});
