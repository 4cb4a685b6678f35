import type { RequestRecord } from '@httpd-ts/kernel';
import type { BalancerState } from './balancer-state.ts';
import type { Worker } from './worker.ts';

/** What the parameters of a balancer say. */
export interface BalancerParameters {
  stickyCookie?: string;
  /** Name of the path parameter; the cookie's unless given. */
  stickyPath?: string;
  /** A character, or empty when the whole value is the route. */
  stickySeparator: string;
  stickyForce: boolean;
  semicolonPathDelimiter: boolean;
  timeoutMs: number;
  maxAttempts?: number;
  lbMethod: string;
  failOnStatus: number[];
  failOnTimeout: boolean;
  forceRecovery: boolean;
  nonce?: string;
  growth?: number;
}

/** A set of workers of which one is chosen for each request. httpd: proxy_balancer */
export interface Balancer {
  /** `balancer://name`, lower case. */
  readonly name: string;
  /** As it is now: members can come and go at run time. */
  readonly members: Worker[];
  readonly parameters: BalancerParameters;
  /** The method of `parameters.lbMethod`, once the configuration is complete. */
  method: LbMethod | undefined;
  findMethod(name: string): LbMethod | undefined;
  /** The members' records, made when first asked for. */
  table: MemberTable | undefined;
  /** Members by route, made when first asked for. */
  routes: ReadonlyMap<string, readonly Worker[]> | undefined;
  /** What all threads share of it, once the configuration is complete. */
  state: BalancerState | undefined;
}

/**
 * The records of a balancer's members, by their place among the members: a member's begins at `at[i]` in `words[i]`.
 * Hundreds of members are looked at for each request, so that this is read as it lies in memory.
 */
export interface MemberTable {
  readonly members: readonly Worker[];
  readonly words: readonly Int32Array[];
  readonly at: Int32Array;
  /** Room for the places of candidates. */
  readonly candidates: Int32Array;
  /** The traffic of members when it was looked at last, never more than it is now; -1 where that is not known. */
  readonly leastTraffic: Float64Array;
  /** How many candidates there are, as long as all members are plain and the balancer's `changeCount` is `at`. */
  plain: { readonly count: number; readonly at: number } | undefined;
  /** The `changeCount` that `leastTraffic` belongs to. */
  trafficAt: number;
}

/** Way to choose among members. Called inside the balancer's lock. httpd: proxy_balancer_method */
export type LbMethod = ElectingMethod | ChoosingMethod;

/** Elects among the candidates of a set. */
export interface ElectingMethod {
  /** Elects one of the first `count` of the table's candidates and settles the election; -1 when none will do. */
  elect(table: MemberTable, count: number): number;
  /** Forgets what members have had so far. */
  reset?(members: readonly Worker[]): void;
}

/** Looks at all members itself: sets, spares and standbys are its own business. */
export interface ChoosingMethod {
  choose(members: readonly Worker[], request: RequestRecord): Worker | undefined;
  reset?(members: readonly Worker[]): void;
}

/** What the balancer module does around a request. httpd: the hooks pre_request and post_request */
export interface BalancerHooks {
  /** Chooses a member and puts its URL in the place of the balancer's; a number is the status to answer. */
  preRequest(
    balancer: Balancer,
    request: RequestRecord,
    url: string,
  ): Election | number | Promise<Election | number>;
  postRequest(balancer: Balancer, worker: Worker, request: RequestRecord, status: number): void;
}

export interface Election {
  readonly worker: Worker;
  readonly url: string;
}

export function newBalancer(name: string): Balancer {
  return {
    name,
    members: [],
    method: undefined,
    findMethod: () => undefined,
    table: undefined,
    routes: undefined,
    state: undefined,
    parameters: {
      stickySeparator: '.',
      stickyForce: false,
      semicolonPathDelimiter: false,
      timeoutMs: 0,
      lbMethod: 'byrequests',
      failOnStatus: [],
      failOnTimeout: false,
      forceRecovery: true,
    },
  };
}
