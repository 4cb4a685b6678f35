import { trimBlanks } from '@httpd-ts/http1';
import { DONE, type HookResult, type HookStatus, type RequestRecord } from '@httpd-ts/kernel';
import { serverNameOf } from '../core/contract.ts';
import { type Balancer, type BalancerState, lbMethods, type Worker } from '../mod_proxy/contract.ts';
import { apiDescription } from './api-description.ts';
import { addMember, editMember, recalculateShares, removeMember } from './apply-form.ts';
import { balancerView, memberId, memberView } from './balancer-view.ts';
import { complaintAboutUrl } from './complaint-about-url.ts';
import { differencesOf } from './differences.ts';
import { readBalancerEdit, readDrain, readMemberEdit } from './read-api-body.ts';
import { readBody } from './serve-manager.ts';

const mostBytes = 64 * 1024;
const lookAgainMs = 25;

/** What stands behind `/api` in a path that asks for it: `''`, `/balancers/b`. Undefined for other paths. */
export function apiPath(uri: string): string | undefined {
  return /^.*\/api((?:\/(?:balancers(?:\/.*)?|openapi\.json|differences))?)\/?$/.exec(uri)?.[1];
}

/** An answer of the API before it is written. */
interface Answer {
  readonly status: number;
  readonly value: unknown;
  readonly allow?: string;
}

const ok = (value: unknown): Answer => ({ status: 200, value });
const problem = (status: number, error: string): Answer => ({ status, value: { error } });
const notAllowed = (allow: string): Answer => ({
  ...problem(405, `This takes ${allow} only.`),
  allow,
});

/** The JSON API of the balancer manager. */
export function serveApi(request: RequestRecord, balancers: readonly Balancer[], path: string): HookResult {
  if (request.method === 'GET' || request.method === 'HEAD')
    return write(request, read(request, balancers, path));
  const refused = refuseForeign(request);
  if (refused !== undefined) return write(request, refused);
  return readBody(request, mostBytes).then((text) => {
    if (text === 413) return write(request, problem(413, `The body must have ${mostBytes} bytes at most.`));
    if (typeof text === 'number') return text;
    const body = parse(text);
    if (body === undefined) return write(request, problem(400, 'The body is no JSON object.'));
    const answer = change(request, balancers, path, body);
    return answer instanceof Promise ? answer.then((value) => write(request, value)) : write(request, answer);
  });
}

function write(request: RequestRecord, { status, value, allow }: Answer): HookStatus {
  request.status = status;
  request.contentType = 'application/json';
  request.headersOut.set('Cache-Control', 'no-store');
  request.headersOut.set('X-Content-Type-Options', 'nosniff');
  if (allow !== undefined) request.headersOut.set('Allow', allow);
  const text = oneLineEach(JSON.stringify(value, undefined, 2)).replace(
    /[^\0-\x7f]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  request.output = { kind: 'text', text: `${text}\n` };
  return DONE;
}

/** Lists of numbers in one line, for those who read the answers. */
function oneLineEach(json: string): string {
  return json.replace(
    /\[\s*(\d+(?:,\s*\d+)*)\s*\]/g,
    (_, numbers: string) => `[${numbers.replace(/\s+/g, ' ')}]`,
  );
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  if (trimBlanks(text) === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A page elsewhere must not make a browser change anything with the rights of who looks at it. A browser sends JSON
 * across sites only after asking, which is answered by nobody.
 */
function refuseForeign(request: RequestRecord): Answer | undefined {
  const { headersIn } = request;
  const site = headersIn.get('Sec-Fetch-Site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return problem(403, 'A change cannot come from another site.');
  const origin = headersIn.get('Origin');
  const host = /^[a-z]+:\/\/(\[[^\]]*\]|[^/:]*)/i.exec(origin ?? '')?.[1];
  if (origin !== undefined && host?.toLowerCase() !== serverNameOf(request).toLowerCase())
    return problem(403, 'A change cannot come from another site.');
  const type = headersIn.get('Content-Type')?.split(';')[0]?.trim().toLowerCase();
  if (request.method === 'POST' && type !== 'application/json')
    return problem(415, 'Content-Type must be application/json.');
  return undefined;
}

function read(request: RequestRecord, balancers: readonly Balancer[], path: string): Answer {
  const { digests, clock } = request.server.plan.world;
  const view = (balancer: Balancer) => balancerView(balancer, digests, clock.now());
  if (path === '/openapi.json') {
    return ok({ ...apiDescription, servers: [{ url: request.uri.slice(0, -'/openapi.json'.length) }] });
  }
  if (path === '/differences') return ok({ differences: balancers.flatMap(differencesOf) });
  if (path === '' || path === '/balancers') return ok({ balancers: balancers.map(view) });
  const target = findTarget(request, balancers, path);
  if (target === undefined) return problem(404, `There is no ${path}.`);
  if (target.action !== undefined) return notAllowed('POST');
  if (target.member !== undefined) return ok(viewOf(request, target.balancer, target.member));
  return ok(target.ofMembers ? { members: view(target.balancer).members } : view(target.balancer));
}

function viewOf(request: RequestRecord, balancer: Balancer, worker: Worker) {
  const { digests, clock } = request.server.plan.world;
  return memberView(worker, digests, clock.now(), balancer.state!.changes.added.includes(worker.name));
}

interface Target {
  readonly balancer: Balancer;
  readonly ofMembers: boolean;
  readonly member: Worker | undefined;
  readonly action: 'undo' | 'drain' | undefined;
}

/** `/balancers/NAME`, `/undo`, `/members`, `/members/ID`, `/members/ID/drain`. */
function findTarget(
  request: RequestRecord,
  balancers: readonly Balancer[],
  path: string,
): Target | undefined {
  const [, , name = '', part, id, action, ...more] = path.split('/');
  const balancer = balancers.find((one) => one.name === `balancer://${name.toLowerCase()}`);
  if (balancer?.state === undefined || more.length > 0) return undefined;
  const found = { balancer, ofMembers: part === 'members', member: undefined, action: undefined };
  if (part === undefined) return found;
  if (part === 'undo') return id === undefined ? { ...found, action: 'undo' } : undefined;
  if (part !== 'members') return undefined;
  if (id === undefined) return found;
  const { digests } = request.server.plan.world;
  const member = balancer.members.find((worker) => memberId(worker.name, digests) === id);
  if (member === undefined || (action !== undefined && action !== 'drain')) return undefined;
  return { ...found, member, action };
}

function change(
  request: RequestRecord,
  balancers: readonly Balancer[],
  path: string,
  body: Readonly<Record<string, unknown>>,
): Answer | Promise<Answer> {
  const target = path.startsWith('/balancers/') ? findTarget(request, balancers, path) : undefined;
  if (target === undefined)
    return path.startsWith('/balancers/') ? problem(404, `There is no ${path}.`) : notAllowed('GET, HEAD');
  const { balancer, member, action } = target;
  const state = balancer.state!;
  const { method } = request;
  if (action === 'undo') return method === 'POST' ? undo(request, balancer, state) : notAllowed('POST');
  if (action === 'drain') {
    return method === 'POST' ? drain(request, balancer, state, member!, body) : notAllowed('POST');
  }
  if (member !== undefined) {
    if (method === 'PATCH') return editOne(request, balancer, state, member, body);
    return method === 'DELETE' ? removeOne(request, state, member) : notAllowed('GET, HEAD, PATCH, DELETE');
  }
  if (target.ofMembers)
    return method === 'POST' ? addOne(request, balancer, state, body) : notAllowed('GET, HEAD, POST');
  return method === 'PATCH' ? editBalancer(request, balancer, state, body) : notAllowed('GET, HEAD, PATCH');
}

function undo(request: RequestRecord, balancer: Balancer, state: BalancerState): Answer {
  const undone = state.undo();
  if (undone === undefined) return problem(409, 'There is nothing to undo.');
  return ok({ undone, balancer: read(request, [balancer], `/balancers/${balancer.name.slice(11)}`).value });
}

function editBalancer(
  request: RequestRecord,
  balancer: Balancer,
  state: BalancerState,
  body: Readonly<Record<string, unknown>>,
): Answer {
  const edit = readBalancerEdit(body, request);
  if (typeof edit === 'string') return problem(400, edit);
  if (
    edit.lbMethod !== undefined &&
    request.server.plan.providers.find(lbMethods, edit.lbMethod) === undefined
  )
    return problem(400, `There is no lbMethod ${edit.lbMethod}; its module may not be loaded.`);
  state.change(`settings of ${balancer.name}`, (changes) => ({
    ...changes,
    parameters: { ...changes.parameters, ...edit },
  }));
  return read(request, [balancer], `/balancers/${balancer.name.slice(11)}`);
}

function editOne(
  request: RequestRecord,
  balancer: Balancer,
  state: BalancerState,
  worker: Worker,
  body: Readonly<Record<string, unknown>>,
): Answer {
  const edit = readMemberEdit(request, body);
  if (typeof edit === 'string') return problem(400, edit);
  const wasUsable = worker.isUsable;
  editMember(state, worker, edit);
  if (edit.loadFactor !== undefined) recalculateShares(balancer);
  if (!wasUsable && worker.isUsable) state.requireReset();
  return ok(viewOf(request, balancer, worker));
}

function addOne(
  request: RequestRecord,
  balancer: Balancer,
  state: BalancerState,
  { url, ...parameters }: Readonly<Record<string, unknown>>,
): Answer {
  if (typeof url !== 'string')
    return problem(400, 'url must be the URL of the member, such as http://10.0.0.7:8080.');
  const edit = readMemberEdit(request, parameters);
  if (typeof edit === 'string') return problem(400, edit);
  const before = new Set(balancer.members.map(({ name }) => name));
  const complaint = complaintAboutUrl(request, balancer, url) ?? addMember(balancer, state, url, edit);
  if (complaint !== undefined) return problem(400, complaint);
  const added = balancer.members.find(({ name }) => !before.has(name));
  return added === undefined
    ? problem(409, `${url} is a member already.`)
    : { status: 201, value: viewOf(request, balancer, added) };
}

function removeOne(request: RequestRecord, state: BalancerState, worker: Worker): Answer {
  const { busy, name } = worker;
  const isForced = (request.args ?? '').split('&').includes('force=true');
  if (busy > 0 && !isForced) {
    return problem(
      409,
      `${busy === 1 ? '1 request is' : `${busy} requests are`} under way on ${name}: drain it first, or remove it with force=true.`,
    );
  }
  removeMember(state, worker);
  return ok({ removed: name, inFlight: busy });
}

/** Gives the member no new requests, and waits until those under way have ended. */
async function drain(
  request: RequestRecord,
  balancer: Balancer,
  state: BalancerState,
  worker: Worker,
  body: Readonly<Record<string, unknown>>,
): Promise<Answer> {
  const wanted = readDrain(body);
  if (typeof wanted === 'string') return problem(400, wanted);
  const status = wanted.sessions === 'keep' ? { N: true } : { N: true, D: true };
  editMember(state, worker, { status }, `draining ${worker.name}`);
  const { clock } = request.server.plan.world;
  const startMs = clock.monotonic();
  const waitedMs = () => clock.monotonic() - startMs;
  while (worker.busy > 0 && waitedMs() < wanted.waitSeconds * 1000 && !request.connection.aborted) {
    await new Promise<void>((resolve) => void clock.after(lookAgainMs, resolve));
  }
  return ok({
    ...{ drained: worker.busy === 0, inFlight: worker.busy, waitedMs: Math.round(waitedMs()) },
    member: viewOf(request, balancer, worker),
  });
}
