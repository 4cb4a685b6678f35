import type { Plan } from '@httpd-ts/kernel';
import { defaultMaxServers, monitorConfig } from './config.ts';
import type { Heartbeat } from './heartbeat.ts';
import { noteInFile, writeHeartbeats } from './heartbeat-file.ts';
import { heartbeatSlots } from './heartbeat-slots.ts';
import { storagePath, usualStorage } from './storage-path.ts';

/** Where what was heard is kept for the balancers. Each gives a complaint when it cannot. */
export interface HeartbeatStorage {
  /** What the listener has heard. In a file it takes the place of all else. */
  update(heard: Iterable<Heartbeat>, nowMs: number): string | undefined;
  /** What one server has said of itself by a request. */
  note(heard: Heartbeat): string | undefined;
}

/** Slots of shared memory that a monitor has under this configuration: none without one, or where a file is the storage. */
export function slotCount({ modules, mainServer }: Plan): number {
  if (!modules.some(({ name }) => name === 'mod_heartmonitor')) return 0;
  return monitorConfig.at(mainServer.config).maxServers ?? defaultMaxServers;
}

const storages = new WeakMap<Plan, HeartbeatStorage>();

export function storageOf(plan: Plan): HeartbeatStorage {
  let storage = storages.get(plan);
  if (storage === undefined) {
    storage = makeStorage(plan);
    storages.set(plan, storage);
  }
  return storage;
}

function makeStorage({ world, settings, mainServer }: Plan): HeartbeatStorage {
  const { maxServers = defaultMaxServers, storage = usualStorage } = monitorConfig.at(mainServer.config);
  if (maxServers > 0) {
    const slots = heartbeatSlots(world.shared, maxServers);
    return {
      update(heard, nowMs) {
        slots.forget(nowMs);
        for (const one of heard) slots.note(one);
        return undefined;
      },
      note(heard) {
        slots.note(heard);
        return undefined;
      },
    };
  }
  const path = storagePath(settings, storage);
  const outcome = (isWritten: boolean) =>
    isWritten ? undefined : `AH02074: Unable to open tmp file: ${path}`;
  return {
    update: (heard, nowMs) => outcome(writeHeartbeats(world.files, path, heard, nowMs)),
    note: (heard) => outcome(noteInFile(world.files, path, heard, heard.seenMs)),
  };
}
