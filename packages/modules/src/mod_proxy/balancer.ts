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
  /** Where requests for it come from, as the manager shows it: the path of the last ProxyPass. httpd: vpath */
  path: string;
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

/** Members whose records lie side by side: the first is the balancer's member `first`, at `at` in `words`. */
export interface MemberRun {
  readonly words: Int32Array;
  readonly at: number;
  readonly first: number;
  readonly count: number;
}

/**
 * The records of a balancer's members. Hundreds of members are looked at for a request, so that they are read as they
 * lie in memory.
 */
export interface MemberTable {
  readonly members: readonly Worker[];
  /** All members, in order. */
  readonly runs: readonly MemberRun[];
  /** Each member by itself. */
  readonly single: readonly MemberRun[];
  /** How far the words of one record are from each other. */
  readonly stride: number;
  /** The balancer's `changeCount` when the members were looked at last. */
  lookedAt: number;
  /** All members are candidates, until something changes. */
  areAllCandidates: boolean;
  /** What a method keeps until something changes. */
  kept: unknown;
}

/** Way to choose among members. Called inside the balancer's lock. httpd: proxy_balancer_method */
export type LbMethod = ElectingMethod | ChoosingMethod;

/** Elects among the candidates of a set. */
export interface ElectingMethod {
  /**
   * Elects one of the candidates, of which those before win where two are equal, and settles the election. Gives its
   * place among the members; -1 when none will do.
   */
  elect(table: MemberTable, candidates: readonly MemberRun[]): number;

  /** Forgets what members have had so far. */
  reset?(members: readonly Worker[]): void;
}

/** Looks at all members itself: sets, spares and standbys are its own business. */
export interface ChoosingMethod {
  choose(table: MemberTable, request: RequestRecord): Worker | undefined;
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

export function newBalancer(name: string, path = '/'): Balancer {
  return {
    ...{ name, path },
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
