/** What mod_lbmethod_heartbeat may ask of the monitor. */
export { readHeartbeats } from './heartbeat-file.ts';
export { type HeartbeatSlots, heartbeatSlots } from './heartbeat-slots.ts';
export { slotCount } from './storage.ts';
export { storagePath, usualStorage } from './storage-path.ts';
