import type { Bytes, Compilation, DatagramPeer, Datagrams, LogLevel, Plan, Timer } from '@httpd-ts/kernel';
import { monitorConfig } from './config.ts';
import { forgottenMs, type Heartbeat, longestMessage, messageFields, unsigned } from './heartbeat.ts';
import { storageOf } from './storage.ts';

/** How often what was heard goes to the storage. httpd: HM_UPDATE_SEC */
const updateMs = 5000;

const stops = new WeakMap<Plan, () => void>();

/** Listens for heartbeats; runs once in a serving process. httpd: modules/cluster/mod_heartmonitor.c hm_watchdog_callback */
export function listenForHeartbeats({ world }: Compilation, plan: Plan): void {
  const server = plan.mainServer;
  const { address } = monitorConfig.at(server.config);
  if (address === undefined) return;
  const log = (level: LogLevel, message: string) => {
    if (server.errorLogger.wants('heartmonitor', level, undefined))
      server.errorLogger.write({ module: 'heartmonitor', level, message, server });
  };
  const storage = storageOf(plan);
  const heard = new Map<string, Heartbeat>();
  let timer: Timer | undefined;
  let socket: Datagrams | undefined;
  let isOver = false;

  const receive = (bytes: Bytes, from: DatagramPeer) => {
    const fields = messageFields(bytes.latin1Slice(0, Math.min(bytes.length, longestMessage)));
    const [busy, ready] = [fields.get('busy'), fields.get('ready')];
    const sender = `${from.address}:${from.port}`;
    if (!fields.has('v') || busy === undefined || ready === undefined) {
      log('crit', `AH02087: malformed message from ${sender}`);
      return;
    }
    log('debug', `AH02086: ${sender} busy=${busy} ready=${ready}`);
    heard.set(from.address, {
      ip: from.address,
      ready: unsigned(ready, 0),
      busy: unsigned(busy, 0),
      port: unsigned(fields.get('port'), 80),
      seenMs: world.clock.now(),
    });
  };
  const update = () => {
    const nowMs = world.clock.now();
    for (const [ip, { seenMs }] of heard) if (nowMs - seenMs > forgottenMs) heard.delete(ip);
    const complaint = storage.update(heard.values(), nowMs);
    if (complaint !== undefined) log('error', complaint);
    timer = world.clock.after(updateMs, update);
  };

  stops.set(plan, () => {
    isOver = true;
    timer?.cancel();
    socket?.close();
  });
  void world.network.openDatagrams({ group: address }).then((opened) => {
    if (typeof opened === 'string') {
      log(
        'crit',
        opened === 'join' ? 'AH02072: Failed to join multicast group' : 'AH02071: Failed to bind on socket.',
      );
      log('crit', 'AH02090: Unable to listen for connections!');
      return;
    }
    if (isOver) {
      opened.close();
      return;
    }
    socket = opened;
    socket.onMessage = receive;
    log('debug', 'AH02091: _heartmonitor_ listener started.');
    timer = world.clock.after(updateMs, update);
  });
}

/** Ends listening for a plan that is no longer served. */
export function stopListening(_compilation: Compilation, plan: Plan): void {
  stops.get(plan)?.();
  stops.delete(plan);
}
