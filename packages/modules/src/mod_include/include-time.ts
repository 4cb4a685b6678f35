import { localTime, type RequestRecord, strftime } from '@httpd-ts/kernel';

/** A time as a format shows it, at this place or in Greenwich. httpd: server/util.c ap_ht_time */
export function includeTime(
  { server }: RequestRecord,
  atMs: number,
  format: string,
  place: 'local' | 'gmt' = 'local',
): string {
  const isGmt = place === 'gmt';
  const offset = isGmt ? 0 : server.plan.world.clock.zoneOffsetMinutes(atMs);
  const shown = isGmt ? format.replace(/%(?:Z|z|.)/gs, inGreenwich) : format;
  return strftime(shown)(localTime(atMs, offset));
}

const inGreenwich = (field: string) => (field === '%Z' ? 'GMT' : field === '%z' ? '+0000' : field);
