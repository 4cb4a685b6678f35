import { defineModule } from '@httpd-ts/kernel';
import {
  type ElectingMethod,
  FIELD,
  lbMethods,
  type MemberRun,
  type MemberTable,
} from '../mod_proxy/contract.ts';
import { LeastFirst } from './least-first.ts';

/** The member with the fewest bytes for its share, both ways. httpd: modules/proxy/balancers/mod_lbmethod_bytraffic.c */
export const byTraffic: ElectingMethod = {
  elect(table, candidates) {
    return table.areAllCandidates ? leastOfAll(table) : least(table, candidates);
  },
  reset(members) {
    for (const worker of members) worker.forgetTraffic();
  },
};

function least({ stride }: MemberTable, candidates: readonly MemberRun[]): number {
  let winner = -1;
  let fewest = Number.POSITIVE_INFINITY;
  for (const { words, at, first, count } of candidates) {
    for (let i = 0; i < count; i++) {
      const traffic = trafficOf(words, at + i, stride);
      if (traffic >= fewest) continue;
      winner = first + i;
      fewest = traffic;
    }
  }
  return winner;
}

/** Traffic only grows until something changes: the least of what was seen is looked at until it holds. */
function leastOfAll(table: MemberTable): number {
  const { single, stride } = table;
  const traffic = (member: number) => {
    const { words, at } = single[member]!;
    return trafficOf(words, at, stride);
  };
  table.kept ??= new LeastFirst(Float64Array.from(single, (_one, member) => traffic(member)));
  const seen = table.kept as LeastFirst;
  if (single.length === 0) return -1;
  for (;;) {
    const { first } = seen;
    const now = traffic(first);
    if (now === seen.least) return first;
    seen.raiseFirst(now);
  }
}

function trafficOf(words: Int32Array, at: number, stride: number): number {
  const share = words[at + FIELD.lbFactor * stride]!;
  const sent = Math.floor(counter(words, at + FIELD.transferred * stride, stride) / share);
  return sent + Math.floor(counter(words, at + FIELD.read * stride, stride) / share);
}

/** A counter of two words. */
function counter(words: Int32Array, at: number, stride: number): number {
  return words[at + stride]! * 2 ** 32 + (words[at]! >>> 0);
}

/** Balancing by the bytes that went to and fro. */
export const modLbmethodBytraffic = defineModule({
  name: 'mod_lbmethod_bytraffic',
  identifier: 'lbmethod_bytraffic_module',
  httpd: 'modules/proxy/balancers/mod_lbmethod_bytraffic.c',
  directives: {},
  providers: [lbMethods.provide('bytraffic', byTraffic)],
});
