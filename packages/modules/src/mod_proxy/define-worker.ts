import { portNumber, readUri, type Uri } from '@httpd-ts/http1';
import type { DirectiveContext } from '@httpd-ts/kernel';
import { type Balancer, newBalancer } from './balancer.ts';
import { setBalancerParameter } from './balancer-parameters.ts';
import { serverDraft } from './config.ts';
import { pathStart, portOfScheme, WorkerIndex } from './origin.ts';
import { unservedSchemes } from './providers.ts';
import { Worker } from './worker.ts';
import { setWorkerParameter } from './worker-parameters.ts';

/** Whether a URL names a balancer. httpd: ap_proxy_valid_balancer_name */
export function isBalancerUrl(url: string): boolean {
  return url.slice(0, 9).toLowerCase() === 'balancer:';
}

/** `unix:/path|http://host/` without the socket. httpd: ap_proxy_de_socketfy */
export function withoutSocket(url: string): string {
  if (url.slice(0, 5).toLowerCase() !== 'unix:') return url;
  const bar = url.indexOf('|');
  if (bar < 0) return url;
  const rest = url.slice(bar + 1);
  return /^[a-z][a-z0-9+.-]*:$/i.test(rest) ? `${rest}//localhost` : rest;
}

/** Whether nothing that could be a URL stands behind the socket. httpd: ap_proxy_de_socketfy */
export function hasNothingBehindSocket(url: string): boolean {
  return /^unix:[^|]*\|[^:]*$/is.test(url);
}

interface WorkerUrl {
  readonly name: string;
  readonly scheme: string;
  readonly hostname: string;
  readonly port: number;
  readonly socketPath: string | undefined;
}

/** Brings the URL of a worker into its normal form; a text is the complaint. httpd: ap_proxy_define_worker_ex */
function parseWorkerUrl(url: string, isMatch: boolean): WorkerUrl | string {
  const bar = url.indexOf('|');
  const socket =
    url.slice(0, 5).toLowerCase() === 'unix:' && bar > 0 ? readUri(url.slice(0, bar)) : undefined;
  const socketPath = socket === undefined ? undefined : (socket.path ?? '');
  let rest = socket === undefined ? url : url.slice(bar + 1);
  let references = '';
  if (isMatch) {
    // In `http://host:80$1/path` the reference belongs to the path.
    const match = /^([^:]*:\/\/[^:/]*:[^$/]*)((?:\$\d)[^/]*)(.*)$/s.exec(rest);
    if (match !== null) {
      rest = match[1]! + match[3]!;
      references = match[2]!;
    }
  }
  const uri = readUri(rest);
  if (uri === undefined) return `Unable to parse URL: ${url}`;
  const { scheme, portText = '' } = uri;
  const host = uri.hostname || (socketPath === undefined ? '' : 'localhost');
  if (scheme === undefined || host === '') return `URL must be absolute!: ${url}`;
  const lowerScheme = scheme.toLowerCase();
  const defaultPort = portOfScheme(lowerScheme);
  const number = portText === '' ? 0 : portNumber(portText);
  const hostname = host.toLowerCase();
  const shownHost = hostname.includes(':') ? `[${hostname}]` : hostname;
  const shownPort = number === 0 || number === defaultPort ? '' : `:${number}`;
  return {
    name: `${lowerScheme}://${userInfo(uri)}${shownHost}${shownPort}${references}${afterAuthority(uri)}`,
    scheme: lowerScheme,
    hostname,
    port: number === 0 ? defaultPort : number,
    socketPath,
  };
}

const userInfo = ({ user, password }: Uri) =>
  user === undefined ? '' : password === undefined ? `${user}@` : `${user}:${password}@`;

const afterAuthority = ({ path = '', query, fragment }: Uri) =>
  path + (query === undefined ? '' : `?${query}`) + (fragment === undefined ? '' : `#${fragment}`);

/** The worker of the URL, made when there is none that begins it; a text is the complaint. */
export function workerFor(
  cmd: DirectiveContext,
  url: string,
  options: { readonly isMatch?: boolean; readonly balancer?: Balancer | undefined },
): { readonly worker: Worker; readonly isShared: boolean } | string {
  const workers = options.balancer?.members ?? serverDraft(cmd).workers;
  const existing =
    options.balancer === undefined
      ? sharedWorker(workers, withoutSocket(url), options.isMatch ?? false)
      : existingWorker(workers, withoutSocket(url));
  if (existing !== undefined) return { worker: existing, isShared: true };
  const parsed = parseWorkerUrl(url, options.isMatch ?? false);
  if (typeof parsed === 'string') return parsed;
  const unserved = cmd.providers.find(unservedSchemes, parsed.scheme);
  if (unserved !== undefined)
    cmd.refuseServing(cmd.name, unserved.module, `to ${parsed.name}: ${unserved.reason}`);
  const worker = new Worker({
    ...parsed,
    isMatch: options.isMatch ?? false,
    balancerName: options.balancer?.name,
  });
  workers.push(worker);
  return { worker, isShared: false };
}

/** A member for a balancer that serves already; a text is the complaint. */
export function newMember(url: string, balancer: Balancer): Worker | string {
  const parsed = parseWorkerUrl(url, false);
  return typeof parsed === 'string' ? parsed : new Worker({ ...parsed, balancerName: balancer.name });
}

/** httpd: ap_proxy_get_worker_ex */
export function existingWorker(workers: readonly Worker[], url: string): Worker | undefined {
  const end = pathStart(url);
  if (end < 0) return undefined;
  const folded = url.slice(0, end).toLowerCase() + url.slice(end);
  return new WorkerIndex(workers).find(folded, end);
}

const indexes = new WeakMap<readonly Worker[], WorkerIndex>();

/** The index over workers that are only ever added to, while a configuration is read. */
function indexOf(workers: readonly Worker[]): WorkerIndex {
  let index = indexes.get(workers);
  if (index === undefined) {
    index = new WorkerIndex();
    indexes.set(workers, index);
  }
  for (let at = index.size; at < workers.length; at++) index.add(workers[at]!);
  return index;
}

/** The worker of a ProxyPass line that is there already; ProxyPass and ProxyPassMatch do not share. */
function sharedWorker(workers: readonly Worker[], url: string, isMatch: boolean): Worker | undefined {
  const end = workers.length === 0 ? -1 : pathStart(url);
  if (end < 0) return undefined;
  const folded = url.slice(0, end).toLowerCase() + url.slice(end);
  return indexOf(workers).find(folded, end, isMatch ? 'pattern' : 'plain');
}

/** The name of the balancer that a URL points at: `balancer://name` in lower case; undefined when it is malformed. */
export function balancerName(url: string): string | undefined {
  const match = /^([^:]*:\/\/[^/]+)/.exec(url);
  return match === null ? undefined : match[1]!.toLowerCase();
}

/** httpd: ap_proxy_get_balancer */
export function existingBalancer(balancers: readonly Balancer[], url: string): Balancer | undefined {
  const name = balancerName(url);
  return balancers.find((balancer) => balancer.name === name);
}

/** The balancer of the URL, made when there is none; a text is the complaint. */
export function balancerFor(cmd: DirectiveContext, url: string): Balancer | string {
  const { balancers } = serverDraft(cmd);
  const existing = existingBalancer(balancers, url);
  if (existing !== undefined) return existing;
  const name = balancerName(url);
  if (name === undefined) return `Bad syntax for a balancer name (${url.toLowerCase()})`;
  if (name.length >= 256) return `balancer name (${name}) too long`;
  const balancer = newBalancer(name);
  balancers.push(balancer);
  return balancer;
}

/** Takes a parameter for a worker or a balancer; a text is the complaint. */
export function setParameter(
  cmd: DirectiveContext,
  target: Worker | Balancer,
  key: string,
  value: string,
): string | undefined {
  return target instanceof Worker
    ? setWorkerParameter(target.parameters, key, value, cmd)
    : setBalancerParameter(target.parameters, key, value, cmd.providers);
}

/** `key=value` taken apart; undefined without an equals sign. */
export function keyAndValue(word: string): readonly [string, string] | undefined {
  const equals = word.indexOf('=');
  return equals < 0 ? undefined : [word.slice(0, equals), word.slice(equals + 1)];
}
