/** What a server has said of itself. httpd: modules/proxy/balancers/mod_lbmethod_heartbeat.c hb_server_t */
export interface HeardServer {
  /** Idle workers, as far as they count. */
  readonly ready: number;
  /** Seconds since it was heard of. */
  readonly lastSeen: number;
}

/** A server that has not been heard of for so many seconds gets nothing. httpd: LBM_HEARTBEAT_MAX_LASTSEEN */
const longestSilence = 10;

/** The idle workers that count: one that has nothing to do yet may just have begun, and is not flooded. */
export function countedWorkers(ready: number, busy: number): number {
  // A number below zero stands as a large one, and counts for nothing.
  if (ready >= 2 ** 31) return 0;
  return busy === 0 ? Math.floor(ready / 4) : ready;
}

/**
 * The place of the one that gets the request, at random by idle workers; -1 when nobody has any. `random` gives
 * numbers from 0 to below 1. As in httpd the one behind is preferred where two meet.
 */
export function chooseByIdleWorkers(
  candidates: readonly (HeardServer | undefined)[],
  random: () => number,
): number {
  const heard = (one: HeardServer | undefined): one is HeardServer =>
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
