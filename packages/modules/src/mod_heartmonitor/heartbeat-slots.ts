import type { SharedMemory } from '@httpd-ts/kernel';
import { forgottenMs, type Heartbeat } from './heartbeat.ts';

/** Servers in memory that all threads share. httpd: hm_slotmem_update_stat */
export interface HeartbeatSlots {
  /** Notes a server in its slot or a free one; where none is free it is not noted. */
  note(heard: Heartbeat): void;
  /** Frees the slots of servers that were silent too long. */
  forget(nowMs: number): void;
  all(): Heartbeat[];
  /** Differs whenever something was noted or forgotten. */
  readonly noteCount: number;
}

const name = 'mod_heartmonitor';
/** A slot: when it was seen (0 where it is free), ready, busy, port, length of the address, the address. */
const slotBytes = 72;
const addressAt = 24;

export function heartbeatSlots(shared: SharedMemory, count: number): HeartbeatSlots {
  const buffer = shared.region(name, count * slotBytes);
  const changes = new Int32Array(shared.region(`${name} changes`, 4));
  const view = new DataView(buffer);
  const bytes = new Uint8Array(buffer);
  const starts = Array.from({ length: count }, (_slot, i) => i * slotBytes);

  const read = (at: number): Heartbeat | undefined => {
    const seenMs = view.getFloat64(at);
    if (seenMs === 0) return undefined;
    const begin = at + addressAt;
    return {
      ip: String.fromCharCode(...bytes.subarray(begin, begin + view.getUint32(at + 20))),
      ready: view.getUint32(at + 8),
      busy: view.getUint32(at + 12),
      port: view.getUint32(at + 16),
      seenMs,
    };
  };
  const write = (at: number, { ip, ready, busy, port, seenMs }: Heartbeat) => {
    view.setFloat64(at, seenMs);
    for (const [i, number] of [ready, busy, port, ip.length].entries())
      view.setUint32(at + 8 + 4 * i, number);
    for (let i = 0; i < ip.length; i++) bytes[at + addressAt + i] = ip.charCodeAt(i);
  };

  return {
    note: (heard) =>
      shared.exclusively(name, () => {
        const own = starts.find((at) => read(at)?.ip === heard.ip);
        const slot = own ?? starts.find((at) => read(at) === undefined);
        if (slot !== undefined) write(slot, heard);
        Atomics.add(changes, 0, 1);
      }),
    forget: (nowMs) =>
      shared.exclusively(name, () => {
        for (const at of starts) if (nowMs - view.getFloat64(at) > forgottenMs) view.setFloat64(at, 0);
        Atomics.add(changes, 0, 1);
      }),
    all: () => shared.exclusively(name, () => starts.map(read).filter((one) => one !== undefined)),
    get noteCount() {
      return Atomics.load(changes, 0);
    },
  };
}
