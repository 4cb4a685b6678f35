import { DECLINED, DONE, type HookResult, type HookStatus, OK, type RequestRecord } from '@httpd-ts/kernel';
import { allowHeader, traceModeOf, traceRequest } from '../core/contract.ts';
import type { Balancer } from './balancer.ts';
import type { ParentProxy, ProxyServerConfig } from './config.ts';
import { addDomain, isBlocked } from './forward.ts';
import { type Origin, pathStart, WorkerIndex } from './origin.ts';
import { backendTls, balancerHooks, findScheme } from './providers.ts';
import { proxyError } from './proxy-error.ts';
import { type ProxyPlan, proxyPlanOf } from './proxy-plan.ts';
import { releaseWorkers } from './release-workers.ts';
import { parentsOf } from './remotes.ts';
import { canonicalize } from './translate.ts';
import type { Worker } from './worker.ts';
import { WORKER } from './worker.ts';

/** Answers requests whose file name is a URL. httpd: modules/proxy/mod_proxy.c proxy_handler */
export function handleRequest(request: RequestRecord): HookResult {
  if (request.proxyRequest === false && request.handlerName?.startsWith('proxy:')) {
    const status = takeFile(request, request.handlerName);
    if (status !== OK) return status;
  } else if (request.note('proxy-sethandler') !== undefined) request.notes.unset('proxy-sethandler');
  const { filename } = request;
  if (request.proxyRequest === false || !filename?.startsWith('proxy:')) return DECLINED;
  const plan = proxyPlanOf(request.server);
  if (request.headersIn.has('Max-Forwards') || plan.config.maxForwards !== undefined) {
    const status = countForwards(request, plan.config.maxForwards ?? -1);
    if (status === DECLINED && request.method === 'TRACE') return traceRequest(request);
    if (status !== OK) return status;
  }
  if (request.method === 'TRACE' && traceModeOf(request) === 'off') {
    request.notes.set('error-notes', 'TRACE denied by server configuration');
    request.log('proxy', 'error', 'AH01139: TRACE forbidden by server configuration');
    return 405;
  }
  if (plan.config.domain !== undefined) {
    const status = addDomain(request, plan.config.domain);
    if (status !== DECLINED) return status;
  }
  const url = filename.slice(6);
  const start = pathStart(url);
  if (request.method === 'CONNECT') return openTunnel(request, plan, url);
  if (start < 0) {
    request.log('proxy', 'error', `AH01141: proxy_handler no URL in ${filename}`);
    return 400;
  }
  if (url.startsWith('balancer://')) {
    const balancer = plan.balancers.get(url.slice(0, start));
    if (balancer !== undefined) return balance(request, plan, balancer, url);
  }
  const socket = url.startsWith('unix:') ? url.indexOf('|') : -1;
  return socket < 0 ? sendToWorker(request, plan, url, start) : sendToSocket(request, plan, url, socket);
}

/** A file that a handler such as `proxy:fcgi://localhost` stands for goes to the back end under its path. */
function takeFile(request: RequestRecord, handler: string): HookStatus {
  const { filename } = request;
  const url = `${handler}${filename}`;
  // What is no URL at all leaves the file to those who come after.
  if (!url.includes(':', 7)) return DECLINED;
  request.proxyRequest = 'reverse';
  request.filename = url;
  request.notes.set('proxy-sethandler', '1');
  const status = canonicalize(request);
  if (status === OK) return OK;
  request.filename = filename;
  request.proxyRequest = false;
  return status;
}

/** httpd: what apr_strtoff gives for whatever is larger, too */
const tooManyForwards = 2n ** 63n - 1n;

/** Handles Max-Forwards; a TRACE that ends here is left to its handler, an OPTIONS is answered. */
function countForwards(request: RequestRecord, configured: number): HookStatus {
  const given = request.headersIn.get('Max-Forwards');
  let forwards = BigInt(configured);
  if (given !== undefined) {
    const asked = parseForwards(given);
    if (asked === undefined) {
      request.log('proxy', 'warn', `AH10188: Max-Forwards value '${given}' could not be parsed`);
      return proxyError(request, 400, 'Max-Forwards request header could not be parsed');
    }
    if (asked === 0n) {
      if (request.method !== 'TRACE' && request.method !== 'OPTIONS') {
        return proxyError(request, 400, 'Max-Forwards has reached zero - proxy loop?');
      }
      request.proxyRequest = false;
      if (request.method === 'TRACE') return DECLINED;
      request.headersOut.set('Allow', allowHeader(request));
      return DONE;
    }
    forwards = asked - 1n;
  }
  if (forwards >= 0n) request.headersIn.set('Max-Forwards', String(forwards));
  return OK;
}

/** A number that is not negative, as C reads it; nothing at all is none. Undefined for what is no such number. */
function parseForwards(text: string): bigint | undefined {
  if (!/^(?:[\t-\r ]*[+-]?\d+)?$/.test(text)) return undefined;
  const number = BigInt(text.trim().replace('+', ''));
  return number < 0n || number >= tooManyForwards ? undefined : number;
}

const noWorkers = new WorkerIndex();

/** CONNECT has a host and a port for a URL. */
function openTunnel(request: RequestRecord, plan: ProxyPlan, url: string): HookResult {
  request.subprocessEnv.set('proxy-nokeepalive', '1');
  const colon = url.lastIndexOf(':');
  const hostname = url
    .slice(0, colon)
    .replace(/^\[|\]$/g, '')
    .toLowerCase();
  const port = Number(url.slice(colon + 1));
  const origin = { scheme: 'CONNECT', hostname, port, canonical: url, host: url, workers: noWorkers };
  return orUnserved(request, origin, runScheme(request, plan.reverse, origin, url));
}

function sendToWorker(request: RequestRecord, plan: ProxyPlan, url: string, start: number): HookResult {
  const origin = plan.origins.find(url.slice(0, start));
  if (typeof origin === 'string') return 400;
  // A path that was taken for a part of the host's name.
  if (/[?#]/.test(origin.hostname) && findScheme(request.server.plan.providers, origin.scheme) !== undefined)
    return proxyError(request, 400, `URI cannot be parsed: ${url}`);
  let worker = origin.workers.find(url, start);
  if (worker === undefined) {
    worker = plan.reverse;
    request.subprocessEnv.set('proxy-nokeepalive', '1');
  }
  return orUnserved(request, origin, runScheme(request, worker, origin, url.slice(start)));
}

/** A URL that names its unix socket itself, as RewriteRule makes them: `unix:/path|http://host/`. */
function sendToSocket(request: RequestRecord, plan: ProxyPlan, url: string, bar: number): HookResult {
  const rest = url.slice(bar + 1);
  const start = pathStart(rest);
  const origin = start < 0 ? 'Malformed URL' : plan.origins.find(rest.slice(0, start));
  if (typeof origin === 'string') {
    request.log('proxy', 'error', `AH10292: Invalid proxy UDS filename (${request.filename})`);
    return 500;
  }
  const worker = origin.workers.find(rest, start);
  if (worker?.socketPath === undefined) request.notes.set('uds_path', url.slice(5, bar));
  request.filename = `proxy:${rest}`;
  if (worker === undefined) request.subprocessEnv.set('proxy-nokeepalive', '1');
  return orUnserved(request, origin, runScheme(request, worker ?? plan.reverse, origin, rest.slice(start)));
}

/** Declined where nobody sends requests for the scheme on. */
function runScheme(request: RequestRecord, worker: Worker, origin: Origin, path: string): HookResult {
  const { config } = proxyPlanOf(request.server);
  if (config.remotes.length > 0 || config.blocks.length > 0) {
    return runGuarded(request, config, worker, origin, path);
  }
  return callScheme(request, worker, origin, path);
}

function callScheme(
  request: RequestRecord,
  worker: Worker,
  origin: Origin,
  path: string,
  parent?: ParentProxy,
): HookResult {
  const { providers } = request.server.plan;
  // What a parent is asked for is HTTP, whatever the scheme of the URL.
  const isForeign = origin.scheme === 'ftp' || findScheme(providers, origin.scheme) === undefined;
  const isAsked = parent !== undefined && isForeign && !ownTransport.has(origin.scheme);
  const isUnserved = needsTls.has(origin.scheme) && providers.find(backendTls, 'default') === undefined;
  const scheme = isUnserved ? undefined : findScheme(providers, isAsked ? 'http' : origin.scheme);
  return scheme?.handle(request, worker, origin, path === '' ? '/' : path, parent) ?? DECLINED;
}

function orUnserved(request: RequestRecord, origin: Origin, result: HookResult): HookResult {
  return result === DECLINED ? unserved(request, origin) : result;
}

function unserved(request: RequestRecord, origin: Origin): HookStatus {
  request.log(
    'proxy',
    'warn',
    `AH01144: No protocol handler was valid for the URL ${request.uri} (scheme '${origin.scheme}'). If you are using a DSO version of mod_proxy, make sure the proxy submodules are included in the configuration using LoadModule.`,
  );
  return 500;
}

interface MemberTarget {
  readonly origin: Origin;
  readonly path: string;
}

/** What the member that was chosen is asked for. httpd: modules/proxy/mod_proxy_balancer.c rewrite_url, proxy_balancer_pre_request */
function targetOf(request: RequestRecord, plan: ProxyPlan, chosen: string): MemberTarget | HookStatus {
  request.filename = `proxy:${chosen}`;
  const status = canonicalize(request);
  if (status !== OK) return status;
  const url = request.filename.slice(6);
  const start = pathStart(url);
  const origin = plan.origins.find(url.slice(0, start));
  return typeof origin === 'string' ? 400 : { origin, path: url.slice(start) };
}

/** Their modules decline where there is no mod_ssl. */
const needsTls = new Set(['https', 'wss']);
/** A parent cannot be asked for these in plain HTTP. */
const ownTransport = new Set(['https', 'wss', 'CONNECT']);

/** Keeps to ProxyBlock, and goes through the parents of ProxyRemote unless NoProxy names the host. */
async function runGuarded(
  request: RequestRecord,
  config: ProxyServerConfig,
  worker: Worker,
  origin: Origin,
  path: string,
): Promise<HookStatus> {
  const url = request.filename!.slice(6);
  const parents = parentsOf(request, config.remotes, url);
  const wantsAddresses =
    (parents.length > 0 && config.directHosts.some((entry) => entry.wantsAddresses)) ||
    (parents.length === 0 && config.blocks.length > 0);
  const addresses = wantsAddresses
    ? ((await request.server.plan.world.network.resolve(origin.hostname)) ?? [])
    : [];
  const isDirect = config.directHosts.some((entry) => entry.matches(origin.hostname, addresses));
  const tried = isDirect ? [] : parents;
  if (isBlocked(request, origin.hostname, tried.length === 0 ? addresses : [])) {
    releaseWorkers(request);
    return proxyError(request, 403, 'Connect to remote machine blocked');
  }
  for (const parent of tried) {
    const status = await callScheme(request, worker, origin, path, parent);
    if (status === DECLINED) continue;
    // A parent that gave no answer lets the next one try, unless the body of the request is gone.
    if (
      status !== 502 ||
      request.headersIn.has('Content-Length') ||
      request.headersIn.has('Transfer-Encoding')
    ) {
      return status;
    }
    request.statusLine = undefined;
  }
  const direct = await callScheme(request, worker, origin, path);
  return direct === DECLINED ? unserved(request, origin) : direct;
}

/** Tries members of a balancer until one answers or no attempt is left. */
async function balance(
  request: RequestRecord,
  plan: ProxyPlan,
  balancer: Balancer,
  url: string,
): Promise<HookStatus> {
  const hooks = request.server.plan.providers.find(balancerHooks, 'default');
  if (hooks === undefined) return sendToWorker(request, plan, url, pathStart(url));
  balancer.state?.sync();
  const { maxAttempts = 0 } = balancer.parameters;
  const { clock } = request.server.plan.world;
  for (let attempts = 0; ; attempts++) {
    const chosen = hooks.preRequest(balancer, request, url);
    const election = chosen instanceof Promise ? await chosen : chosen;
    if (typeof election === 'number') {
      releaseWorkers(request);
      return election;
    }
    const { worker } = election;
    const target = targetOf(request, plan, election.url);
    if (typeof target === 'number') {
      releaseWorkers(request);
      // A scheme that nobody serves is taken for a member that is busy.
      if (target !== DECLINED) return target;
      request.log('proxy', 'error', `AH00934: all workers are busy.  Unable to serve ${url}`);
      hooks.postRequest(balancer, worker, request, 503);
      return 503;
    }
    const { origin, path } = target;
    const result = runScheme(request, worker, origin, path);
    const given = typeof result === 'number' ? result : await result;
    const isServed = given !== DECLINED;
    const status = isServed ? given : unserved(request, origin);
    const nowMs = clock.now();
    worker.countAnswer(nowMs, (status >= 100 ? status : request.status) >= 500);
    // The back end's own answer says nothing of the member, whatever page takes its place.
    const isFailure = isServed && request.note('proxy-error-override') === undefined;
    if (isFailure && (status === 500 || status === 503) && !worker.is(WORKER.ignoreErrors))
      worker.fail(nowMs);
    if (isFailure && status === 503 && !worker.isUsable && attempts < maxAttempts) {
      request.statusLine = undefined;
      continue;
    }
    hooks.postRequest(balancer, worker, request, status);
    if (status !== OK) releaseWorkers(request);
    return status;
  }
}
