import { entryOf } from '@httpd-ts/kernel';
import {
  type Balancer,
  type BalancerState,
  type ChangedBalancer,
  type MemberChanges,
  statusFlags,
  WORKER,
  type Worker,
} from '../mod_proxy/contract.ts';

/** One thing that is otherwise than the configuration files say. */
export interface Difference {
  readonly balancer: string;
  /** The member that it is about; the balancer itself when left out. */
  readonly member?: string;
  readonly parameter: string;
  /** As the files have it; null where they have nothing. */
  readonly file: string | null;
  readonly now: string | null;
}

const statusNames: Readonly<Record<string, string>> = {
  I: 'ignoreErrors',
  N: 'draining',
  D: 'disabled',
  S: 'stopped',
  H: 'hotStandby',
  R: 'hotSpare',
};

/** Parameters of a balancer by the names of the API. */
const balancerNames: Readonly<Record<string, string>> = {
  timeoutMs: 'timeoutSeconds',
  stickyForce: 'noFailover',
  stickyCookie: 'stickySession',
  stickyPath: 'stickySession',
};

function balancerDifferences(state: BalancerState): readonly Omit<Difference, 'balancer'>[] {
  const { parameters } = state.changes;
  const values = (of: ChangedBalancer): Readonly<Record<string, unknown>> => {
    const { timeoutMs = 0, stickyCookie = '', stickyPath = stickyCookie } = of;
    return {
      ...of,
      timeoutSeconds: timeoutMs / 1000,
      noFailover: of.stickyForce,
      stickySession: stickyCookie === stickyPath ? stickyCookie : `${stickyCookie}|${stickyPath}`,
    };
  };
  const file = values(state.configuredSettings);
  const now = values({ ...state.configuredSettings, ...parameters });
  const names = new Set(Object.keys(parameters).map((name) => entryOf(balancerNames, name) ?? name));
  return [...names].map((parameter) => ({
    parameter,
    ...{ file: shown(file[parameter]), now: shown(now[parameter]) },
  }));
}

const shown = (value: unknown) => (value === undefined || value === '' ? null : String(value));

/** What of a balancer was changed at run time and how the files have it. */
export function differencesOf(balancer: Balancer): readonly Difference[] {
  const { state, name } = balancer;
  if (state === undefined) return [];
  const { members, added, removed } = state.changes;
  const found: Difference[] = balancerDifferences(state).map((one) => ({ balancer: name, ...one }));
  for (const member of removed)
    found.push({ balancer: name, member, parameter: 'member', file: member, now: null });
  for (const member of added)
    found.push({ balancer: name, member, parameter: 'member', file: null, now: member });
  for (const worker of balancer.members) {
    const changes = members[worker.name];
    if (changes === undefined || added.includes(worker.name)) continue;
    for (const [parameter, file, now] of memberDifferences(worker, changes, {
      ...state.configuredOf(worker),
    }))
      found.push({ balancer: name, member: worker.name, parameter, file: shown(file), now: shown(now) });
  }
  return found;
}

function memberDifferences(
  worker: Worker,
  { status = {}, ...parameters }: MemberChanges,
  configured: Readonly<Record<string, unknown>>,
): (readonly [parameter: string, file: unknown, now: unknown])[] {
  const factor = (value: unknown) => (value === undefined ? '1' : String(Number(value) / 100));
  const rows = Object.entries(parameters).map(([name, now]) => {
    const file = configured[name];
    return name === 'loadFactor'
      ? ([name, factor(file), factor(now)] as const)
      : ([name, file, now] as const);
  });
  const bits = Object.entries(status).map(([letter, on]) => {
    const bit = entryOf(statusFlags, letter) ?? WORKER.disabled;
    return [entryOf(statusNames, letter) ?? letter, (worker.configuredStatus & bit) !== 0, on] as const;
  });
  return [...rows, ...bits];
}
