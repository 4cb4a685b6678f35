import { trimBlanks } from '@httpd-ts/http1';
import type { RequestRecord } from '@httpd-ts/kernel';
import { type Balancer, retryWorker, WORKER, type Worker } from '../mod_proxy/contract.ts';

/** The route a client asks for by its session. */
export interface SessionRoute {
  readonly route: string;
  /** Name of the cookie or path parameter it came in. */
  readonly sticky: string;
}

/** Finds the session's route in the URL, else in the cookies. httpd: modules/proxy/mod_proxy_balancer.c find_session_route */
export function findSessionRoute(
  balancer: Balancer,
  request: RequestRecord,
  url: string,
): SessionRoute | undefined {
  const { stickyCookie, stickyPath, stickySeparator, semicolonPathDelimiter } = balancer.parameters;
  if (stickyCookie === undefined || stickyCookie === '') return undefined;
  const { args } = request;
  const whole = args === undefined || url.includes('?') ? url : `${url}?${args}`;
  const inPath = pathParameter(whole, stickyPath ?? stickyCookie, semicolonPathDelimiter);
  const sticky = inPath === undefined ? stickyCookie : (stickyPath ?? stickyCookie);
  const value = inPath ?? cookieValue(request.headersIn.get('Cookie'), stickyCookie);
  if (value === undefined) return undefined;
  const isWatched = request.logs('proxy_balancer', 'debug');
  if (isWatched) {
    const number = inPath === undefined ? 'AH01160' : 'AH01159';
    request.log('proxy_balancer', 'debug', `${number}: Found value ${value} for stickysession ${sticky}`);
  }
  const separator = stickySeparator === '' ? -1 : value.indexOf(stickySeparator);
  if (stickySeparator !== '' && separator < 0) return undefined;
  const route = value.slice(separator + 1);
  if (isWatched && route !== '') request.log('proxy_balancer', 'debug', `AH01161: Found route ${route}`);
  return { route, sticky };
}

/** httpd: get_path_param */
export function pathParameter(url: string, name: string, atSemicolons: boolean): string | undefined {
  const delimiters = atSemicolons ? /[;?&]+/ : /[?&]+/;
  for (let at = url.indexOf(name); at >= 0; at = url.indexOf(name, at + name.length + 1)) {
    const value = url.slice(at + name.length + 1);
    if (url[at + name.length] === '=' && value !== '')
      return value.split(delimiters).find((part) => part !== '');
  }
  return undefined;
}

/** httpd: get_cookie_param */
export function cookieValue(cookies: string | undefined, name: string): string | undefined {
  if (cookies === undefined) return undefined;
  for (let at = cookies.indexOf(name); at >= 0; at = cookies.indexOf(name, at + 1)) {
    if (at > 0 && !/[;,\t-\r ]/.test(cookies[at - 1]!)) continue;
    const match = /^[\t-\r ]*=([^;,]*)/.exec(cookies.slice(at + name.length));
    if (
      match !== null &&
      at + name.length + match[0].length <= cookies.length &&
      trimBlanks(match[0]) !== '='
    )
      return match[1];
  }
  return undefined;
}

/**
 * The member with the route, or the one that it is redirected to when it cannot be used; standbys come last.
 * httpd: find_route_worker
 */
export function findRouteWorker(
  balancer: Balancer,
  route: string,
  request: RequestRecord,
  depth = 1,
): Worker | undefined {
  const candidates = membersOfRoute(balancer, route);
  for (const isStandby of [false, true]) {
    for (const worker of candidates) {
      if (worker.is(WORKER.hotStandby) !== isStandby) continue;
      const { redirect } = worker.parameters;
      if (isUsableNow(worker, request)) return worker;
      if (!redirect || depth >= balancer.members.length) continue;
      const other = findRouteWorker(balancer, redirect, request, depth + 1);
      if (other !== undefined && isUsableNow(other, request)) return other;
    }
  }
  return undefined;
}

const none: readonly Worker[] = [];

/** Members with the route, in order. */
function membersOfRoute(balancer: Balancer, route: string): readonly Worker[] {
  if (balancer.routes === undefined) {
    const routes = new Map<string, Worker[]>();
    for (const worker of balancer.members) {
      const { route: own } = worker.parameters;
      if (own) routes.set(own, [...(routes.get(own) ?? []), worker]);
    }
    balancer.routes = routes;
  }
  return balancer.routes.get(route) ?? none;
}

function isUsableNow(worker: Worker, request: RequestRecord): boolean {
  if (!worker.isUsable) retryWorker('BALANCER', worker, request);
  return worker.isUsable;
}
