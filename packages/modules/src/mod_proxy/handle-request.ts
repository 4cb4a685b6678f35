import { DECLINED, type HookResult, type HookStatus, OK, type RequestRecord } from '@httpd-ts/kernel';
import { traceModeOf, traceRequest } from '../core/contract.ts';
import type { Balancer } from './balancer.ts';
import { findWorker, type Origin, pathStart } from './origin.ts';
import { balancerHooks, proxySchemes } from './providers.ts';
import { proxyError } from './proxy-error.ts';
import { type ProxyPlan, proxyPlanOf } from './proxy-plan.ts';
import { releaseWorkers } from './release-workers.ts';
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
  if (request.method === 'TRACE' && traceModeOf(request) === 'off') {
    request.notes.set('error-notes', 'TRACE denied by server configuration');
    return 405;
  }
  const plan = proxyPlanOf(request.server);
  if (request.headersIn.has('Max-Forwards') || plan.config.maxForwards !== undefined) {
    const status = countForwards(request, plan.config.maxForwards ?? -1);
    if (status === DECLINED && request.method === 'TRACE') return traceRequest(request);
    if (status !== OK) return status;
  }
  const url = filename.slice(6);
  const start = pathStart(url);
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
  request.proxyRequest = 'reverse';
  request.filename = `${handler}${filename}`;
  request.notes.set('proxy-sethandler', '1');
  const status = canonicalize(request);
  if (status === OK) return OK;
  request.filename = filename;
  request.proxyRequest = false;
  return status;
}

/** Handles Max-Forwards; TRACE and OPTIONS that end here are left to the handlers of this server. */
function countForwards(request: RequestRecord, configured: number): HookStatus {
  const given = request.headersIn.get('Max-Forwards');
  let forwards = configured;
  if (given !== undefined) {
    if (!/^[\t-\r ]*[+-]?\d+$/.test(given) || Number(given) < 0) {
      return proxyError(request, 400, 'Max-Forwards request header could not be parsed');
    }
    forwards = Number(given);
    if (forwards === 0) {
      if (request.method !== 'TRACE' && request.method !== 'OPTIONS') {
        return proxyError(request, 400, 'Max-Forwards has reached zero - proxy loop?');
      }
      request.proxyRequest = false;
      return DECLINED;
    }
    forwards--;
  }
  if (forwards >= 0) request.headersIn.set('Max-Forwards', String(forwards));
  return OK;
}

function sendToWorker(request: RequestRecord, plan: ProxyPlan, url: string, start: number): HookResult {
  const origin = plan.origins.find(url.slice(0, start));
  if (typeof origin === 'string') return 400;
  let worker = findWorker(origin.workers, url, start);
  if (worker === undefined) {
    worker = plan.reverse;
    request.subprocessEnv.set('proxy-nokeepalive', '1');
  }
  return runScheme(request, worker, origin, url.slice(start));
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
  const worker = findWorker(origin.workers, rest, start);
  if (worker?.socketPath === undefined) request.notes.set('uds_path', url.slice(5, bar));
  request.filename = `proxy:${rest}`;
  if (worker === undefined) request.subprocessEnv.set('proxy-nokeepalive', '1');
  return runScheme(request, worker ?? plan.reverse, origin, rest.slice(start));
}

function runScheme(request: RequestRecord, worker: Worker, origin: Origin, path: string): HookResult {
  const scheme = request.server.plan.providers.find(proxySchemes, origin.scheme);
  if (scheme !== undefined) return scheme.handle(request, worker, origin, path === '' ? '/' : path);
  request.log(
    'proxy',
    'warn',
    `AH01144: No protocol handler was valid for the URL ${request.uri} (scheme '${origin.scheme}'). If you are using a DSO version of mod_proxy, make sure the proxy submodules are included in the configuration using LoadModule.`,
  );
  return 500;
}

/** httpd: modules/proxy/mod_proxy_balancer.c balancer_fixup */
function sendToMember(request: RequestRecord, plan: ProxyPlan, worker: Worker, chosen: string): HookResult {
  request.filename = `proxy:${chosen}`;
  const status = canonicalize(request);
  if (status !== OK) return status;
  const url = request.filename.slice(6);
  const start = pathStart(url);
  const origin = plan.origins.find(url.slice(0, start));
  return typeof origin === 'string' ? 400 : runScheme(request, worker, origin, url.slice(start));
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
    const result = sendToMember(request, plan, worker, election.url);
    const status = typeof result === 'number' ? result : await result;
    const nowMs = clock.now();
    worker.countAnswer(nowMs, (status >= 100 ? status : request.status) >= 500);
    if ((status === 500 || status === 503) && !worker.is(WORKER.ignoreErrors)) worker.fail(nowMs);
    if (status === 503 && !worker.isUsable && attempts < maxAttempts) {
      request.statusLine = undefined;
      continue;
    }
    hooks.postRequest(balancer, worker, request, status);
    if (status !== OK) releaseWorkers(request);
    return status;
  }
}
