import type { RequestRecord } from '@httpd-ts/kernel';
import {
  type Balancer,
  FIELD,
  type LbMethod,
  type MemberTable,
  notUsable,
  retryWorker,
  WORKER,
  type Worker,
} from '../mod_proxy/contract.ts';

const special = WORKER.hotSpare | WORKER.hotStandby;
/** A member without any of these is simply a candidate. */
const notPlain = notUsable | special | WORKER.draining;

/**
 * Elects a member: the sets from the lowest up, in each the usable members, with spares in the place of unusable
 * ones, and standbys where nothing else is left. httpd: modules/proxy/proxy_util.c proxy_balancer_get_best_worker
 */
export function findBestWorker(
  balancer: Balancer,
  method: LbMethod,
  request: RequestRecord,
): Worker | undefined {
  if ('choose' in method) return method.choose(balancer.members, request);
  balancer.table ??= tableOf(balancer.members);
  const { table } = balancer;
  const changeCount = balancer.state?.changeCount ?? -1;
  if (table.plain !== undefined && table.plain.at === changeCount) {
    const found = method.elect(table, table.plain.count);
    if (found >= 0) return table.members[found];
  }
  if (table.trafficAt !== changeCount) table.leastTraffic.fill(-1);
  table.trafficAt = changeCount;
  table.plain = plainCandidates(table, changeCount);
  let set = 0;
  do {
    const found = method.elect(table, gatherCandidates(table, set, request));
    if (found >= 0) return table.members[found];
    set = nextSet(table, set);
  } while (set >= 0);
  return undefined;
}

function tableOf(members: readonly Worker[]): MemberTable {
  return {
    members,
    words: members.map(({ record }) => record),
    at: Int32Array.from(members, ({ recordAt }) => recordAt),
    candidates: new Int32Array(members.length),
    leastTraffic: new Float64Array(members.length),
    plain: undefined,
    trafficAt: Number.NaN,
  };
}

/** Where no member is out, special or in a set of its own, elections need not look at that again until it changes. */
function plainCandidates({ members, words, at }: MemberTable, changeCount: number): MemberTable['plain'] {
  if (changeCount < 0) return undefined;
  for (let i = 0; i < members.length; i++) {
    const record = words[i]!;
    const start = at[i]!;
    if (record[start + FIELD.lbSet] !== 0 || (record[start + FIELD.status]! & notPlain) !== 0)
      return undefined;
  }
  return { count: members.length, at: changeCount };
}

/** Writes the candidates of a set into the table; how many there are. */
function gatherCandidates(table: MemberTable, set: number, request: RequestRecord): number {
  const { members, words, at, candidates } = table;
  const { length } = members;
  let spares: number[] | undefined;
  let standbys: number[] | undefined;
  let unusable = 0;
  let count = 0;
  for (let i = 0; i < length; i++) {
    const record = words[i]!;
    const start = at[i]!;
    if (record[start + FIELD.lbSet] !== set) continue;
    let status = record[start + FIELD.status]!;
    if ((status & notPlain) !== 0) {
      if ((status & notUsable) !== 0 && (status & WORKER.draining) === 0) {
        retryWorker('BALANCER', members[i]!, request);
        status = members[i]!.status;
      }
      if ((status & (notUsable | WORKER.draining)) !== 0) {
        if ((status & special) === 0) unusable++;
        continue;
      }
      if ((status & WORKER.hotSpare) !== 0) {
        spares ??= [];
        spares.push(i);
        continue;
      }
      if ((status & WORKER.hotStandby) !== 0) {
        standbys ??= [];
        standbys.push(i);
        continue;
      }
    }
    candidates[count++] = i;
  }
  if (spares !== undefined) for (const spare of spares.slice(0, unusable)) candidates[count++] = spare;
  if (count === 0 && standbys !== undefined) for (const standby of standbys) candidates[count++] = standby;
  return count;
}

/** The next set that has members; -1 when there is none. */
function nextSet({ members, words, at }: MemberTable, set: number): number {
  let next = -1;
  for (let i = 0; i < members.length; i++) {
    const lbSet = words[i]![at[i]! + FIELD.lbSet]!;
    if (lbSet > set && (next < 0 || lbSet < next)) next = lbSet;
  }
  return next;
}
