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

/** Where the idle workers of each candidate begin, when those of all are counted through. */
export interface IdleShares {
  readonly places: readonly number[];
  readonly begins: readonly number[];
  readonly slots: number;
}

/** Counts the idle workers of those that were heard of lately. */
export function idleShares(candidates: readonly (HeardServer | undefined)[]): IdleShares {
  const places: number[] = [];
  const begins: number[] = [];
  let slots = 0;
  for (const [place, one] of candidates.entries()) {
    if (one === undefined || one.lastSeen >= longestSilence) continue;
    places.push(place);
    begins.push(slots);
    slots += one.ready;
  }
  return { places, begins, slots };
}

/**
 * The place of the one that gets the request, at random by idle workers; -1 when nobody has any. `random` gives
 * numbers from 0 to below 1. As in httpd the one behind is preferred where two meet.
 */
export function chooseByIdleWorkers({ places, begins, slots }: IdleShares, random: () => number): number {
  if (slots === 0) return -1;
  const pick = Math.floor(random() * (slots + 1));
  let from = 0;
  let to = begins.length;
  while (to - from > 1) {
    const middle = (from + to) >> 1;
    if (begins[middle]! <= pick) from = middle;
    else to = middle;
  }
  return places[from]!;
}
