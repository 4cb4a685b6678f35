import type { RequestRecord } from '@httpd-ts/kernel';
import {
  type Balancer,
  FIELD,
  type LbMethod,
  type MemberRun,
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
  const table = memberTable(balancer);
  if ('choose' in method) return method.choose(table, request);
  if (table.areAllCandidates) return table.members[method.elect(table, table.runs)];
  let set = 0;
  do {
    const found = method.elect(table, gatherCandidates(table, set, request));
    if (found >= 0) return table.members[found];
    set = nextSet(table, set);
  } while (set >= 0);
  return undefined;
}

/** The records of the members, as they are now. */
export function memberTable(balancer: Balancer): MemberTable {
  balancer.table ??= tableOf(balancer.members);
  const { table } = balancer;
  const changeCount = balancer.state?.changeCount ?? Number.NaN;
  if (table.lookedAt !== changeCount) {
    table.lookedAt = changeCount;
    table.areAllCandidates = areAllPlain(table);
    table.kept = undefined;
  }
  return table;
}

function tableOf(members: readonly Worker[]): MemberTable {
  const single: MemberRun[] = members.map(({ record: { words, at } }, first) => ({
    words,
    at,
    first,
    count: 1,
  }));
  return {
    members: [...members],
    runs: single.reduce(append, []),
    single,
    stride: members[0]?.record.stride ?? 1,
    lookedAt: -1,
    areAllCandidates: false,
    kept: undefined,
  };
}

/** A member's run joins the last one when it lies behind it. */
function append(runs: MemberRun[], next: MemberRun): MemberRun[] {
  const last = runs.at(-1);
  const isNext =
    last !== undefined &&
    last.words === next.words &&
    last.at + last.count === next.at &&
    last.first + last.count === next.first;
  if (isNext) runs[runs.length - 1] = { ...last, count: last.count + next.count };
  else runs.push(next);
  return runs;
}

/** No member is out, special or in a set of its own: then elections need not look at that again until it changes. */
function areAllPlain({ single, stride }: MemberTable): boolean {
  return single.every(
    ({ words, at }) =>
      words[at + FIELD.lbSet * stride] === 0 && (words[at + FIELD.status * stride]! & notPlain) === 0,
  );
}

/** The candidates of a set, spares and standbys last. */
function gatherCandidates(table: MemberTable, set: number, request: RequestRecord): MemberRun[] {
  const { members, single, stride } = table;
  const candidates: MemberRun[] = [];
  const spares: MemberRun[] = [];
  const standbys: MemberRun[] = [];
  let unusable = 0;
  let begin = -1;
  const endRun = (end: number) => {
    if (begin >= 0) addRuns(candidates, table, begin, end);
    begin = -1;
  };
  for (let i = 0; i < single.length; i++) {
    const { words, at } = single[i]!;
    const isOfSet = words[at + FIELD.lbSet * stride] === set;
    let status = words[at + FIELD.status * stride]!;
    if (isOfSet && (status & notPlain) === 0) {
      if (begin < 0) begin = i;
      continue;
    }
    endRun(i);
    if (!isOfSet) continue;
    if ((status & notUsable) !== 0 && (status & WORKER.draining) === 0) {
      retryWorker('BALANCER', members[i]!, request);
      status = members[i]!.status;
    }
    if ((status & (notUsable | WORKER.draining)) !== 0) {
      if ((status & special) === 0) unusable++;
    } else if ((status & WORKER.hotSpare) !== 0) spares.push(single[i]!);
    else if ((status & WORKER.hotStandby) !== 0) standbys.push(single[i]!);
    else begin = i;
  }
  endRun(single.length);
  candidates.push(...spares.slice(0, unusable));
  return candidates.length === 0 ? standbys : candidates;
}

/** Adds the members from `begin` on, up to `end`. */
function addRuns(candidates: MemberRun[], { runs }: MemberTable, begin: number, end: number): void {
  for (const { words, at, first, count } of runs) {
    const from = Math.max(first, begin);
    const to = Math.min(first + count, end);
    if (from < to) candidates.push({ words, at: at + from - first, first: from, count: to - from });
  }
}

/** The next set that has members; -1 when there is none. */
function nextSet({ single, stride }: MemberTable, set: number): number {
  let next = -1;
  for (const { words, at } of single) {
    const lbSet = words[at + FIELD.lbSet * stride]!;
    if (lbSet > set && (next < 0 || lbSet < next)) next = lbSet;
  }
  return next;
}
