/** What a server has said of itself. httpd: modules/proxy/balancers/mod_lbmethod_heartbeat.c hb_server_t */
export interface Heartbeat {
  /** Idle workers, as far as they count. */
  readonly ready: number;
  /** Seconds since it was heard of; -1 when the file does not say. */
  readonly lastSeen: number;
}

/** A server that has not been heard of for so many seconds gets nothing. httpd: LBM_HEARTBEAT_MAX_LASTSEEN */
const longestSilence = 10;

/**
 * The servers of a storage file by address: lines of an address, a blank, and `ready=`, `busy=` and `lastseen=` as in
 * a query string. httpd: readfile_heartbeats
 */
export function readHeartbeats(text: string): ReadonlyMap<string, Heartbeat> {
  const servers = new Map<string, Heartbeat>();
  for (const line of text.split('\n')) {
    const blank = line.indexOf(' ');
    if (line.startsWith('#') || blank < 0) continue;
    const facts = new Map(
      line
        .slice(blank + 1)
        .split('&')
        .map((fact) => fact.split('=', 2) as [string, string | undefined]),
    );
    const number = (name: string, otherwise: number) => {
      const value = facts.get(name);
      return value === undefined ? otherwise : Math.max(0, Number.parseInt(value, 10) || 0);
    };
    const ready = number('ready', 0);
    // One that has nothing to do yet may just have begun: it is not flooded.
    const counted = number('busy', 0) === 0 ? Math.floor(ready / 4) : ready;
    servers.set(line.slice(0, blank), { ready: counted, lastSeen: number('lastseen', -1) });
  }
  return servers;
}

/**
 * The place of the one that gets the request, at random by idle workers; -1 when nobody has any. `random` gives
 * numbers from 0 to below 1. As in httpd the one behind is preferred where two meet.
 */
export function chooseByIdleWorkers(
  candidates: readonly (Heartbeat | undefined)[],
  random: () => number,
): number {
  const heard = (one: Heartbeat | undefined): one is Heartbeat =>
    one !== undefined && one.lastSeen < longestSilence;
  let slots = 0;
  for (const one of candidates) if (heard(one)) slots += one.ready;
  if (slots === 0) return -1;
  const pick = Math.floor(random() * (slots + 1));
  let chosen = -1;
  let begin = 0;
  for (const [i, one] of candidates.entries()) {
    if (!heard(one)) continue;
    if (pick >= begin && pick <= begin + one.ready) chosen = i;
    begin += one.ready;
  }
  return chosen;
}
