import { type Digests, encodeHex } from '@httpd-ts/kernel';
import { type Balancer, SPAN_MS, statusText, WORKER, type Worker } from '../mod_proxy/contract.ts';
import { mostMembers } from './apply-form.ts';
import { type Difference, differencesOf } from './differences.ts';
import { shownName } from './xml-page.ts';

/** A member as the API and the page show it. */
export interface MemberView {
  /** Short and the same for a name always, for addresses. */
  readonly id: string;
  readonly name: string;
  readonly shownName: string;
  readonly status: string;
  readonly usable: boolean;
  readonly draining: boolean;
  readonly disabled: boolean;
  readonly stopped: boolean;
  readonly inError: boolean;
  readonly failedCheck: boolean;
  readonly hotStandby: boolean;
  readonly hotSpare: boolean;
  readonly ignoreErrors: boolean;
  readonly loadFactor: number;
  readonly lbSet: number;
  readonly route: string;
  readonly redirect: string;
  readonly inFlight: number;
  readonly elected: number;
  readonly answers: number;
  readonly failures: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly retries: number;
  readonly lbStatus: number;
  readonly lastError: string | null;
  readonly addedAtRunTime: boolean;
  readonly healthCheck: HealthCheckView | null;
  /** Answers and failures of the last minutes, by spans of `spanSeconds`, the oldest first. */
  readonly recent: { readonly answers: readonly number[]; readonly failures: readonly number[] };
}

export interface HealthCheckView {
  readonly method: string;
  readonly intervalMs: number;
  readonly passes: number;
  readonly fails: number;
  readonly uri: string;
  readonly expression: string;
  readonly passed: number;
  readonly failed: number;
  readonly lastCheck: string | null;
}

export interface BalancerView {
  readonly name: string;
  readonly lbMethod: string;
  readonly stickySession: string;
  readonly noFailover: boolean;
  readonly timeoutSeconds: number;
  readonly maxAttempts: number;
  /** What `growth=` leaves for members added by Apache's form; the API and the page know no bound. */
  readonly mostMembers: number;
  readonly spanSeconds: number;
  readonly members: readonly MemberView[];
  readonly differences: readonly Difference[];
  readonly lastChange: { readonly what: string; readonly at: string } | null;
}

const isoTime = (ms: number) => (ms === 0 ? null : new Date(ms).toISOString());

/** The state of a balancer as it is now. */
export function balancerView(balancer: Balancer, digests: Digests, nowMs: number): BalancerView {
  const { parameters, state } = balancer;
  const { stickyCookie = '', stickyPath = stickyCookie } = parameters;
  const last = state?.past.at(-1);
  const added = new Set(state?.changes.added);
  return {
    name: balancer.name.slice('balancer://'.length),
    lbMethod: parameters.lbMethod,
    stickySession: stickyCookie === stickyPath ? stickyCookie : `${stickyCookie}|${stickyPath}`,
    noFailover: parameters.stickyForce,
    timeoutSeconds: parameters.timeoutMs / 1000,
    maxAttempts: parameters.maxAttempts ?? 0,
    mostMembers: mostMembers(balancer),
    spanSeconds: SPAN_MS / 1000,
    members: balancer.members.map((worker) => memberView(worker, digests, nowMs, added.has(worker.name))),
    differences: differencesOf(balancer),
    lastChange: last === undefined ? null : { what: last.what, at: isoTime(last.atMs)! },
  };
}

/** A short name for a member in addresses, where its URL cannot stand. */
export function memberId(name: string, digests: Digests): string {
  const digest = digests.hash('sha1', name).subarray(0, 5);
  return encodeHex(digest);
}

/** The state of a member as it is now. */
export function memberView(
  worker: Worker,
  digests: Digests,
  nowMs: number,
  addedAtRunTime: boolean,
): MemberView {
  const { parameters } = worker;
  const recent = worker.recentAnswers(nowMs);
  return {
    id: memberId(worker.name, digests),
    name: worker.name,
    shownName: shownName(worker),
    status: statusText(worker).trimEnd(),
    usable: worker.isUsable,
    draining: worker.is(WORKER.draining),
    disabled: worker.is(WORKER.disabled),
    stopped: worker.is(WORKER.stopped),
    inError: worker.is(WORKER.inError),
    failedCheck: worker.is(WORKER.healthCheckFailed),
    hotStandby: worker.is(WORKER.hotStandby),
    hotSpare: worker.is(WORKER.hotSpare),
    ignoreErrors: worker.is(WORKER.ignoreErrors),
    loadFactor: worker.lbFactor / 100,
    lbSet: worker.lbSet,
    route: parameters.route ?? '',
    redirect: parameters.redirect ?? '',
    inFlight: worker.busy,
    elected: worker.elected,
    answers: worker.answers,
    failures: worker.failures,
    sentBytes: worker.transferred,
    receivedBytes: worker.read,
    retries: worker.retries,
    lbStatus: worker.lbStatus,
    lastError: isoTime(worker.errorTimeMs),
    addedAtRunTime,
    healthCheck: healthCheckView(worker),
    recent: {
      answers: recent.map(({ answers }) => answers),
      failures: recent.map(({ failures }) => failures),
    },
  };
}

function healthCheckView(worker: Worker): HealthCheckView | null {
  const {
    hcMethod = 'NONE',
    hcIntervalMs = 30_000,
    hcPasses = 1,
    hcFails = 1,
    hcUri = '',
    hcExpr = '',
  } = worker.parameters;
  if (hcMethod === 'NONE') return null;
  return {
    ...{ method: hcMethod, intervalMs: hcIntervalMs, passes: hcPasses, fails: hcFails },
    ...{ uri: hcUri, expression: hcExpr, passed: worker.checkPasses, failed: worker.checkFails },
    lastCheck: isoTime(worker.checkedMs),
  };
}
