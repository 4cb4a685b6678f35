import type { RequestRecord } from '@httpd-ts/kernel';
import {
  type Balancer,
  type Election,
  FIELD,
  notUsable,
  occupyWorker,
  retryWorker,
  WORKER,
  type Worker,
} from '../mod_proxy/contract.ts';
import { findBestWorker, memberTable } from './find-best-worker.ts';
import { findRouteWorker, findSessionRoute, type SessionRoute } from './session-route.ts';

interface Choice {
  readonly worker: Worker | undefined;
  readonly session: SessionRoute | undefined;
  readonly routeIsDead: boolean;
  readonly followsRoute: boolean;
}

/** Chooses a member for the request. httpd: modules/proxy/mod_proxy_balancer.c proxy_balancer_pre_request */
export function chooseMember(
  balancer: Balancer,
  request: RequestRecord,
  url: string,
): Election | number | Promise<Election | number> {
  const choice = elect(balancer, request, url);
  if (choice.routeIsDead) {
    const text = `AH01167: ${balancer.name}: All workers are in error state for route (${choice.session!.route})`;
    request.log('proxy_balancer', 'error', text);
    return 503;
  }
  if (choice.worker === undefined && balancer.parameters.timeoutMs > 0 && balancer.members.length > 0) {
    return waitForMember(balancer, request, url, choice.session);
  }
  return take(balancer, request, url, choice);
}

/** The part of an election that only one thread may be in. */
function elect(balancer: Balancer, request: RequestRecord, url: string): Choice {
  const { world } = request.server.plan;
  return world.shared.exclusively(`proxy ${balancer.name}`, () => {
    forceRecovery(balancer, request);
    const session = findSessionRoute(balancer, request, url);
    const sticky = session === undefined || session.route === '' ? undefined : session;
    const routed = sticky === undefined ? undefined : findRouteWorker(balancer, sticky.route, request);
    if (routed !== undefined) {
      countRouted(balancer, routed);
      routed.countElection();
      const { route } = routed.parameters;
      if (route !== sticky!.route) {
        logDebug(request, () => `AH01162: Route changed from ${sticky!.route} to ${route}`);
        request.subprocessEnv.set('BALANCER_ROUTE_CHANGED', '1');
      }
      return { worker: routed, session, routeIsDead: false, followsRoute: true };
    }
    const routeIsDead =
      session !== undefined &&
      balancer.parameters.stickyForce &&
      balancer.members.some(({ parameters }) => parameters.route && parameters.route === session.route);
    const worker = routeIsDead ? undefined : electBest(balancer, request);
    return { worker, session, routeIsDead, followsRoute: false };
  });
}

function electBest(balancer: Balancer, request: RequestRecord): Worker | undefined {
  const { method } = balancer;
  const worker = method === undefined ? undefined : findBestWorker(balancer, method, request);
  worker?.countElection();
  return worker;
}

/** A request that follows its session counts towards the member's share all the same. */
function countRouted(balancer: Balancer, routed: Worker): void {
  const { runs, stride } = memberTable(balancer);
  let total = 0;
  for (const { words, at, count } of runs) {
    const credits = at + FIELD.lbStatus * stride;
    const factors = at + FIELD.lbFactor * stride;
    const states = at + FIELD.status * stride;
    for (let i = 0; i < count; i++) {
      if ((words[states + i]! & notUsable) !== 0) continue;
      const share = words[factors + i]!;
      words[credits + i]! += share;
      total += share;
    }
  }
  routed.lbStatus -= total;
}

/** When every member is in error, all of them get another chance. httpd: force_recovery */
function forceRecovery(balancer: Balancer, request: RequestRecord): void {
  for (const worker of balancer.members) {
    if (!worker.is(WORKER.inError)) return;
    retryWorker('BALANCER', worker, request);
    if (!worker.is(WORKER.inError)) return;
  }
  if (!balancer.parameters.forceRecovery) return;
  for (const worker of balancer.members) {
    worker.recover();
    logDebug(request, () => `AH01165: ${balancer.name}: Forcing recovery for worker (${worker.address})`);
  }
}

/** Tries again for the balancer's `timeout`, a hundred times in all. */
async function waitForMember(
  balancer: Balancer,
  request: RequestRecord,
  url: string,
  session: SessionRoute | undefined,
): Promise<Election | number> {
  const { world } = request.server.plan;
  const stepMs = balancer.parameters.timeoutMs / 100;
  for (let tries = 0; tries < 100; tries++) {
    await new Promise<void>((resolve) => {
      world.clock.after(stepMs, resolve);
    });
    balancer.state?.sync();
    const worker = world.shared.exclusively(`proxy ${balancer.name}`, () => electBest(balancer, request));
    if (worker !== undefined)
      return take(balancer, request, url, { worker, session, routeIsDead: false, followsRoute: false });
  }
  return take(balancer, request, url, {
    worker: undefined,
    session,
    routeIsDead: false,
    followsRoute: false,
  });
}

function take(balancer: Balancer, request: RequestRecord, url: string, choice: Choice): Election | number {
  const { worker, session } = choice;
  if (worker === undefined) {
    const text =
      balancer.members.length > 0
        ? `AH01170: ${balancer.name}: All workers are in error state`
        : `AH01171: ${balancer.name}: No workers in balancer`;
    request.log('proxy_balancer', 'error', text);
    return 503;
  }
  const env = request.subprocessEnv;
  if (balancer.parameters.stickyCookie && !choice.followsRoute) env.set('BALANCER_ROUTE_CHANGED', '1');
  occupyWorker(request, worker);
  env.set('BALANCER_NAME', balancer.name);
  env.set('BALANCER_WORKER_NAME', worker.name);
  env.set('BALANCER_WORKER_ROUTE', worker.parameters.route ?? '');
  if (session !== undefined) {
    request.notes.set('session-sticky', session.sticky);
    request.notes.set('session-route', session.route);
    env.set('BALANCER_SESSION_STICKY', session.sticky);
    env.set('BALANCER_SESSION_ROUTE', session.route);
  }
  const rewritten = worker.name + url.slice(balancer.name.length);
  logDebug(request, () => {
    const { args } = request;
    const shown = args === undefined || rewritten.includes('?') ? rewritten : `${rewritten}?${args}`;
    return `AH01172: ${balancer.name}: worker (${worker.name}) rewritten to ${shown}`;
  });
  return { worker, url: rewritten };
}

function logDebug(request: RequestRecord, message: () => string): void {
  if (request.logs('proxy_balancer', 'debug')) request.log('proxy_balancer', 'debug', message());
}

/** httpd: proxy_balancer_post_request */
export function checkOutcome(
  balancer: Balancer,
  worker: Worker,
  request: RequestRecord,
  answered: number,
): void {
  if (!worker.is(WORKER.ignoreErrors)) failWhereAsked(balancer, worker, request, answered);
  logDebug(request, () => `AH01176: proxy_balancer_post_request for (${balancer.name})`);
}

function failWhereAsked(balancer: Balancer, worker: Worker, request: RequestRecord, answered: number): void {
  const { failOnStatus, failOnTimeout } = balancer.parameters;
  const status = answered >= 100 ? answered : request.status;
  const now = request.server.plan.world.clock.now();
  if (failOnStatus.includes(status)) {
    request.log(
      'proxy_balancer',
      'error',
      `AH01174: ${balancer.name}: Forcing worker (${worker.name}) into error state due to status code ${status} matching 'failonstatus' balancer parameter`,
    );
    worker.fail(now);
  }
  if (failOnTimeout && request.note('proxy_timedout') !== undefined) {
    request.log(
      'proxy_balancer',
      'error',
      `AH02460: ${balancer.name}: Forcing worker (${worker.name}) into error state due to timeout and 'failontimeout' parameter being set`,
    );
    worker.fail(now);
  }
}
