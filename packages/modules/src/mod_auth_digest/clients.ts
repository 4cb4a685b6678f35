import { latin1Text } from '@httpd-ts/http1';
import type { Plan, World } from '@httpd-ts/kernel';

/** What was last taken from a client: the time of a nonce, and how often it was used. */
export interface LastUse {
  readonly time: bigint;
  readonly count: bigint;
}

/** Clients whose nonces are counted, in memory that all threads share. httpd: modules/aaa/mod_auth_digest.c client_list */
export interface DigestClients {
  /** What makes nonces this server's. */
  readonly secret: string;
  nextOneTimeNonce(): bigint;
  /** Whether the client is known; it is then the last to be forgotten. */
  has(key: number): boolean;
  /** A new client's number. `forgotten` says how many had to be given up for it. */
  add(isRenewed: boolean): { readonly key: number | undefined; readonly forgotten: Forgotten | undefined };
  /** Puts another use in place of the last one, unless `next` gives none; the last one; undefined for an unknown client. */
  use(key: number, next: (last: LastUse) => LastUse | undefined): LastUse | undefined;
}

/** Numbers for the log. */
export interface Forgotten {
  readonly now: number;
  readonly created: number;
  readonly removed: number;
  readonly renewed: number;
}

// As much of httpd's memory as its table, its counters and each client take.
const tableBytes = 48;
const clientBytes = 32;
const blockBytes = 24;
const clientsOfBucket = 5;
const overhead = 160;

export const smallestMemory = tableBytes + 8 + clientBytes;

/** Undefined where AuthDigestShmemSize does not say it. */
export const memoryKey = { name: 'memory of digest clients' };
export const memoryOf = (plan: Pick<Plan, 'memory'>) =>
  plan.memory(memoryKey, () => ({ bytes: undefined as number | undefined }));

const bucketsOf = (bytes: number) =>
  Math.max(1, Math.floor((bytes - tableBytes) / (8 + clientsOfBucket * clientBytes)));
const defaultMemory = { bytes: 1000, buckets: 15 } as const;

// The shared region: words of the head, the secret, the first client of each bucket, and the clients.
const word = {
  isMade: 0,
  lastKey: 1,
  lastNonce: 2,
  made: 3,
  free: 4,
  created: 5,
  removed: 6,
  renewed: 7,
} as const;
const secretAt = 32;
const secretBytes = 20;
const bucketsAt = 56;
const slotBytes = 24;
const slot = { time: 0, count: 8, key: 16, next: 20 } as const;

const lock = 'mod_auth_digest';
const clientsKey = { name: 'digest clients' };

export function clientsOf(plan: Plan): DigestClients {
  return plan.memory(clientsKey, () => digestClients(plan.world, memoryOf(plan).bytes));
}

export function digestClients(
  { shared, digests }: Pick<World, 'shared' | 'digests'>,
  size: number | undefined,
): DigestClients {
  const bytes = size ?? defaultMemory.bytes;
  const buckets = size === undefined ? defaultMemory.buckets : bucketsOf(bytes);
  const capacity = Math.max(0, Math.floor((bytes - overhead - 8 * buckets) / (clientBytes + blockBytes)));
  const slotsAt = Math.ceil((bucketsAt + 4 * buckets) / 8) * 8;
  const buffer = shared.region(lock, slotsAt + capacity * slotBytes);
  const view = new DataView(buffer);
  const words = new Uint32Array(buffer, 0, 8);
  const first = new Uint32Array(buffer, bucketsAt, buckets);
  const inTurn = <T>(critical: () => T): T => shared.exclusively(lock, critical);

  inTurn(() => {
    if (words[word.isMade] !== 0) return;
    new Uint8Array(buffer, secretAt, secretBytes).set(digests.randomBytes(secretBytes));
    words[word.isMade] = 1;
  });

  // Slots are numbered from 1; 0 is none.
  const at = (number: number) => slotsAt + (number - 1) * slotBytes;
  const nextOf = (number: number) => view.getUint32(at(number) + slot.next);
  const setNext = (number: number, next: number) => view.setUint32(at(number) + slot.next, next);

  /** The slot of a client, which becomes the first of its bucket. */
  const find = (key: number): number => {
    const bucket = key % buckets;
    let before = 0;
    let number = first[bucket]!;
    while (number !== 0 && view.getUint32(at(number) + slot.key) !== key) {
      before = number;
      number = nextOf(number);
    }
    if (number !== 0 && before !== 0) {
      setNext(before, nextOf(number));
      setNext(number, first[bucket]!);
      first[bucket] = number;
    }
    return number;
  };

  const take = (): number => {
    const free = words[word.free]!;
    if (free !== 0) {
      words[word.free] = nextOf(free);
      return free;
    }
    if (words[word.made]! >= capacity) return 0;
    words[word.made]!++;
    return words[word.made]!;
  };

  /** Gives up the last client of each bucket. httpd: gc */
  const forget = (): number => {
    let count = 0;
    for (let bucket = 0; bucket < buckets; bucket++) {
      let before = 0;
      let number = first[bucket]!;
      if (number === 0) continue;
      while (nextOf(number) !== 0) {
        before = number;
        number = nextOf(number);
      }
      if (before === 0) first[bucket] = 0;
      else setNext(before, 0);
      setNext(number, words[word.free]!);
      words[word.free] = number;
      count++;
    }
    words[word.removed]! += count;
    return count;
  };

  return {
    secret: latin1Text(new Uint8Array(buffer).slice(secretAt, secretAt + secretBytes), 0, secretBytes),
    nextOneTimeNonce: () => inTurn(() => BigInt(++words[word.lastNonce]!)),
    has: (key) => inTurn(() => key !== 0 && find(key) !== 0),
    add: (isRenewed) =>
      inTurn(() => {
        const key = ++words[word.lastKey]!;
        let number = take();
        let forgotten: Forgotten | undefined;
        if (number === 0) {
          const now = forget();
          const [created, removed, renewed] = [word.created, word.removed, word.renewed].map(
            (i) => words[i]!,
          );
          forgotten = { now, created: created! - renewed!, removed: removed!, renewed: renewed! };
          number = take();
          if (number === 0) return { key: undefined, forgotten };
        }
        const bucket = key % buckets;
        view.setBigUint64(at(number) + slot.time, 0n);
        view.setBigUint64(at(number) + slot.count, 0n);
        view.setUint32(at(number) + slot.key, key);
        setNext(number, first[bucket]!);
        first[bucket] = number;
        words[word.created]!++;
        if (isRenewed) words[word.renewed]!++;
        return { key, forgotten };
      }),
    use: (key, next) =>
      inTurn(() => {
        const number = key === 0 ? 0 : find(key);
        if (number === 0) return undefined;
        const place = at(number);
        const last = {
          time: view.getBigUint64(place + slot.time),
          count: view.getBigUint64(place + slot.count),
        };
        const use = next(last);
        if (use !== undefined) {
          view.setBigUint64(place + slot.time, use.time);
          view.setBigUint64(place + slot.count, use.count);
        }
        return last;
      }),
  };
}
