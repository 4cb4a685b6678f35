import {
  DECLINED,
  DONE,
  type HookResult,
  type HookStatus,
  type RequestRecord,
  unescapeUrl,
  writtenBody,
} from '@httpd-ts/kernel';
import { allowMethods, serverNameOf } from '../core/contract.ts';
import {
  type Balancer,
  existingBalancer,
  existingWorker,
  proxyServer,
  type Worker,
} from '../mod_proxy/contract.ts';
import { apachePage } from './apache-page.ts';
import { applyForm, type Fields } from './apply-form.ts';
import { applyAction, managerPage } from './manager-page.ts';
import { metricsPage } from './metrics-page.ts';
import { apiPath, serveApi } from './serve-api.ts';
import { xmlDefaults, xmlPage } from './xml-page.ts';

/** Longest form that is read. */
const mostBytes = 64 * 1024;

/** The balancer manager. httpd: modules/proxy/mod_proxy_balancer.c balancer_handler */
export function serveManager(request: RequestRecord): HookResult {
  if (request.handlerName !== 'balancer-manager') return DECLINED;
  const { balancers } = proxyServer.at(request.server.config);
  for (const { state } of balancers) state?.sync();
  const path = apiPath(request.uri);
  if (path !== undefined) return serveApi(request, balancers, path);
  allowMethods(request, 'GET', 'POST');
  if (request.method === 'POST') return serveForm(request, balancers);
  if (request.method !== 'GET' && request.method !== 'HEAD') return DECLINED;
  if (request.uri.endsWith('/metrics')) return serveMetrics(request, balancers);
  const fields = readFields(request.args ?? '', new Set(['w', 'b', 'nonce', 'xml']));
  return answer(request, balancers, fields);
}

async function serveForm(request: RequestRecord, balancers: readonly Balancer[]): Promise<HookStatus> {
  const text = await readBody(request, mostBytes);
  return typeof text === 'number' ? text : answer(request, balancers, readFields(text));
}

/** The body as text, or the status of a failure. */
export async function readBody(request: RequestRecord, most: number): Promise<string | HookStatus> {
  let text = '';
  try {
    for (let chunk = await request.body.pull(); chunk !== null; chunk = await request.body.pull()) {
      for (const byte of chunk) text += String.fromCharCode(byte);
      if (text.length > most) return 413;
    }
  } catch {
    return request.body.failure ?? 400;
  }
  return text;
}

/** httpd: push2table */
function readFields(text: string, allowed?: ReadonlySet<string>): Fields {
  const fields = new Map<string, string>();
  for (const part of text.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const decode = (value: string) => unescapeUrl(value, 'decode').text;
    const key = decode(equals < 0 ? part : part.slice(0, equals));
    if (allowed === undefined || allowed.has(key))
      fields.set(key, decode(equals < 0 ? '' : part.slice(equals + 1)));
  }
  return fields;
}

function answer(request: RequestRecord, balancers: readonly Balancer[], given: Fields): HookStatus {
  const fields = given.size > 0 && !isFromHere(request) ? new Map<string, string>() : given;
  const selected = select(balancers, fields);
  if (given.has('page')) {
    const complaint = carryOut(request, selected, given, fields);
    if (complaint === undefined) return backToPage(request);
    // What was being edited stays open; a button had nothing open.
    const open = given.has('action') ? { balancer: undefined, worker: undefined } : selected;
    return managerPage(request, balancers, open, complaint);
  }
  const { balancer, worker } = selected;
  if (balancer !== undefined && hasNonce(balancer, fields) && !applyForm(request, balancer, worker, fields))
    return 400;
  if (fields.has('xml')) {
    request.contentType = 'text/xml';
    const defaults = xmlDefaults(request.server, proxyServer.at(request.server.config));
    request.output = writtenBody(xmlPage(balancers, defaults).split(xmlPieces));
    return DONE;
  }
  return isForPeople(request)
    ? managerPage(request, balancers, selected)
    : apachePage(request, balancers, selected);
}

/** Carries out what a form of the page for people says; a text is the complaint. */
function carryOut(
  request: RequestRecord,
  { balancer, worker }: Selection,
  given: Fields,
  fields: Fields,
): string | undefined {
  if (fields.size < given.size)
    return `The browser does not say that the form comes from this page: it must send a Referer of ${serverNameOf(request)}.`;
  if (balancer === undefined) return `There is no balancer ${fields.get('b') ?? ''}.`;
  if (!hasNonce(balancer, fields))
    return balancer.state?.nonce === ''
      ? 'nonce=None of the configuration forbids changes.'
      : 'The page was older than the server. It is up to date now: try again.';
  const action = fields.get('action');
  if (action !== undefined) return applyAction(request, balancer, worker, action, fields);
  if (worker === undefined && fields.has('w'))
    return `${balancer.name} has no member ${fields.get('w')} any more.`;
  return applyForm(request, balancer, worker, fields)
    ? undefined
    : 'The member could not be added; the error log says why.';
}

/** Browsers say that they take HTML. Programs take anything, and look for what Apache's page has. */
function isForPeople(request: RequestRecord): boolean {
  return /\btext\/html\b/i.test(request.headersIn.get('Accept') ?? '');
}

/** httpd writes texts apart from their tags, and all else line by line. */
const xmlPieces =
  /(?<=\n)|(?<=<httpd:(?:name|nonce|stickysession|lbmethod|scheme|hostname|status|error_time|route|redirect)>)|(?=<\/httpd:(?:name|nonce|stickysession|lbmethod|scheme|hostname|status|error_time|route|redirect)>)/;

/** Whether the request comes from a page of this server. httpd: safe_referer */
function isFromHere(request: RequestRecord): boolean {
  const referer = request.headersIn.get('Referer');
  const host = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)/i.exec(referer ?? '')?.[1];
  if (host !== undefined && host.toLowerCase() === serverNameOf(request).toLowerCase()) return true;
  const seen = referer ?? '(null)';
  const text = `AH10187: ignoring params in balancer-manager cross-site access ${seen}: ${serverNameOf(request)}`;
  request.log('proxy_balancer', 'error', text);
  return false;
}

/** What a form or a link is about. */
export interface Selection {
  readonly balancer: Balancer | undefined;
  readonly worker: Worker | undefined;
}

function select(balancers: readonly Balancer[], fields: Fields): Selection {
  const name = fields.get('b');
  const balancer = name === undefined ? undefined : existingBalancer(balancers, `balancer://${name}`);
  const url = fields.get('w');
  const worker =
    url === undefined || balancer === undefined ? undefined : existingWorker(balancer.members, url);
  return { balancer, worker };
}

function hasNonce({ state }: Balancer, fields: Fields): boolean {
  const nonce = state?.nonce ?? '';
  return nonce !== '' && fields.get('nonce') === nonce;
}

/** A page that is reloaded must not send its form again. */
function backToPage(request: RequestRecord): HookStatus {
  request.headersOut.set('Location', request.uri);
  return 303;
}

function serveMetrics(request: RequestRecord, balancers: readonly Balancer[]): HookStatus {
  request.contentType = 'text/plain; version=0.0.4; charset=utf-8';
  request.headersOut.set('Cache-Control', 'no-store');
  const nowMs = request.server.plan.world.clock.now();
  request.output = { kind: 'text', text: metricsPage(balancers, nowMs) };
  return DONE;
}
