import type { RequestRecord } from '@httpd-ts/kernel';
import { leadingInteger as atoi, parseTimeout } from '../core/contract.ts';
import {
  atof,
  type Balancer,
  type BalancerState,
  type ChangedBalancer,
  existingWorker,
  healthCheckMethods,
  healthChecks,
  lbMethods,
  type MemberChanges,
  newMember,
  type Worker,
} from '../mod_proxy/contract.ts';

/** Fields of a form or a query, the last of a name counting. */
export type Fields = ReadonlyMap<string, string>;

/** Letters of `w_status_X`. */
const statusLetters = ['I', 'N', 'D', 'H', 'R', 'S'];

/**
 * Carries out what a form says about a balancer and, where it names one, a member. False when it must be refused.
 * httpd: modules/proxy/mod_proxy_balancer.c balancer_process_balancer_worker
 */
export function applyForm(
  request: RequestRecord,
  balancer: Balancer,
  worker: Worker | undefined,
  fields: Fields,
): boolean {
  const { state } = balancer;
  if (state === undefined) return true;
  if (worker !== undefined) changeMember(request, balancer, state, worker, fields);
  const parameters = balancerChanges(request, balancer, fields);
  if (Object.keys(parameters).length > 0) {
    state.change(`settings of ${balancer.name}`, (changes) => ({
      ...changes,
      parameters: { ...changes.parameters, ...parameters },
    }));
  }
  const name = fields.get('b_nwrkr');
  if (fields.get('b_wyes') !== '1' || name === undefined) return true;
  return addFromForm(request, balancer, state, name);
}

function changeMember(
  request: RequestRecord,
  balancer: Balancer,
  state: BalancerState,
  worker: Worker,
  fields: Fields,
): void {
  const wasUsable = worker.isUsable;
  const changes = memberChanges(request, worker, fields);
  if (Object.keys(changes).length > 0) editMember(state, worker, changes);
  const failed = fields.get('w_status_C');
  if (failed !== undefined) worker.markFailedCheck(atoi(failed) !== 0);
  if (changes.loadFactor !== undefined) recalculateShares(balancer);
  if (!wasUsable && worker.isUsable) state.requireReset();
}

/** Changes some parameters of a member and leaves the others as they are. */
export function editMember(
  state: BalancerState,
  worker: Worker,
  changes: MemberChanges,
  what?: string,
): void {
  state.change(what ?? `settings of ${worker.name}`, (all) => {
    const before = all.members[worker.name] ?? {};
    const status = { ...before.status, ...changes.status };
    const merged = { ...before, ...changes, ...(Object.keys(status).length > 0 ? { status } : {}) };
    return { ...all, members: { ...all.members, [worker.name]: merged } };
  });
}

/** httpd: recalc_factors */
export function recalculateShares({ members }: Balancer): void {
  if (members.length === 1) members[0]!.lbFactor = 100;
  for (const worker of members) worker.lbStatus = worker.lbFactor;
}

function memberChanges(request: RequestRecord, worker: Worker, fields: Fields): MemberChanges {
  const changes: { -readonly [K in keyof MemberChanges]: MemberChanges[K] } = {};
  const given = (name: string, take: (value: string) => void) => {
    const value = fields.get(name);
    if (value !== undefined) take(value);
  };
  const shorterThan = (size: number, value: string) => (value.length < size ? value : '');
  given('w_lf', (value) => {
    const factor = Math.trunc(atof(value) * 100);
    if (factor >= 100 && factor <= 10_000) changes.loadFactor = factor;
  });
  given('w_wr', (value) => {
    changes.route = shorterThan(64, value);
  });
  given('w_rr', (value) => {
    changes.redirect = shorterThan(64, value);
  });
  const status: Record<string, boolean> = {};
  for (const letter of statusLetters) {
    given(`w_status_${letter}`, (value) => {
      status[letter] = atoi(value) !== 0;
    });
  }
  if (Object.keys(status).length > 0) changes.status = status;
  given('w_ls', (value) => {
    const set = atoi(value);
    if (set >= 0 && set <= 99) changes.lbSet = set;
  });
  given('w_hi', (value) => {
    const intervalMs = parseTimeout(value, 'ms');
    if (intervalMs !== undefined && intervalMs >= 100) changes.hcIntervalMs = intervalMs;
  });
  given('w_hp', (value) => {
    if (atoi(value) >= 1) changes.hcPasses = atoi(value);
  });
  given('w_hf', (value) => {
    if (atoi(value) >= 1) changes.hcFails = atoi(value);
  });
  given('w_hm', (value) => {
    const method = healthCheckMethods.find((one) => one === value.toUpperCase());
    if (method !== undefined) changes.hcMethod = method;
  });
  given('w_hu', (value) => {
    changes.hcUri = shorterThan(64, value);
  });
  const checks = request.server.plan.providers.find(healthChecks, 'default');
  if (checks !== undefined) {
    given('w_he', (value) => {
      changes.hcExpr = checks.expressions(request.server).has(value) ? value : '';
    });
  }
  const method = changes.hcMethod ?? worker.parameters.hcMethod ?? 'NONE';
  if ((method === 'NONE' || method === 'TCP') && (changes.hcExpr || worker.parameters.hcExpr))
    changes.hcExpr = '';
  return changes;
}

function balancerChanges(request: RequestRecord, balancer: Balancer, fields: Fields): ChangedBalancer {
  const changes: { -readonly [K in keyof ChangedBalancer]: ChangedBalancer[K] } = {};
  const method = fields.get('b_lbm');
  if (
    method !== undefined &&
    method.length < 15 &&
    method !== balancer.parameters.lbMethod &&
    request.server.plan.providers.find(lbMethods, method) !== undefined
  )
    changes.lbMethod = method;
  const timeout = fields.get('b_tmo');
  if (timeout !== undefined && atoi(timeout) >= 0 && atoi(timeout) <= 7200)
    changes.timeoutMs = atoi(timeout) * 1000;
  const attempts = fields.get('b_max');
  if (attempts !== undefined && atoi(attempts) >= 0 && atoi(attempts) <= 99)
    changes.maxAttempts = atoi(attempts);
  const force = fields.get('b_sforce');
  if (force !== undefined) changes.stickyForce = atoi(force) !== 0;
  const sticky = fields.get('b_ss');
  if (sticky && sticky.length < 63) {
    const [cookie = '', path = cookie] = sticky === '-' ? [''] : splitSticky(sticky);
    changes.stickyCookie = cookie;
    changes.stickyPath = path;
  }
  return changes;
}

/** `COOKIE|parameter`. */
function splitSticky(text: string): readonly string[] {
  const bar = text.indexOf('|');
  return bar < 0 ? [text] : [text.slice(0, bar), text.slice(bar + 1)];
}

/** As many members as `growth=` leaves room for. */
export function mostMembers({ state, parameters }: Balancer): number {
  return (state?.configuredMembers.length ?? 0) + (parameters.growth ?? 0);
}

function addFromForm(
  request: RequestRecord,
  balancer: Balancer,
  state: BalancerState,
  name: string,
): boolean {
  const refuse = (tag: string) => {
    request.log('proxy_balancer', 'error', `${tag}: ${balancer.name}: failed to add worker ${name}`);
    return false;
  };
  if (existingWorker(balancer.members, name) !== undefined) return refuse('AH10164');
  if (balancer.members.length >= mostMembers(balancer)) return refuse('AH10164');
  return addMember(balancer, state, name, { status: { D: true } }) === undefined ? true : refuse('AH10163');
}

/** Adds a member; a text is the complaint. */
export function addMember(
  balancer: Balancer,
  state: BalancerState,
  url: string,
  parameters: MemberChanges,
): string | undefined {
  const worker = newMember(url, balancer);
  if (typeof worker === 'string') return worker;
  const { name } = worker;
  state.change(`added ${name}`, (changes) => ({
    ...changes,
    added: changes.added.includes(name) ? changes.added : [...changes.added, name],
    removed: changes.removed.filter((one) => one !== name),
    members: { ...changes.members, [name]: parameters },
  }));
  return undefined;
}

/** Takes a member out. Requests that it has begun go on. */
export function removeMember(state: BalancerState, { name }: Worker): void {
  state.change(`removed ${name}`, (changes) => {
    const { [name]: _gone, ...members } = changes.members;
    const isOfFile = state.configuredMembers.some((worker) => worker.name === name);
    return {
      ...changes,
      members,
      added: changes.added.filter((one) => one !== name),
      removed: isOfFile ? [...changes.removed.filter((one) => one !== name), name] : changes.removed,
    };
  });
}
