import type { RequestRecord } from '@httpd-ts/kernel';
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
  readonly members: Worker[];
  readonly parameters: BalancerParameters;
  /** The method of `parameters.lbMethod`, once the configuration is complete. */
  method: LbMethod | undefined;
}

/** Way to choose among members. Called inside the balancer's lock. httpd: proxy_balancer_method */
export interface LbMethod {
  /** Whether the member is to be preferred over the best one before it; `baton` is of this election alone. */
  isBest(current: Worker, best: Worker | undefined, baton: { value: number }): boolean;
  /** Settles the election. */
  elected?(worker: Worker, baton: { value: number }): void;
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
