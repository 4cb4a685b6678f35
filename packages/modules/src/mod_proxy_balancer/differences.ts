import { entryOf } from '@httpd-ts/kernel';
import {
  type Balancer,
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

/** What of a balancer was changed at run time and how the files have it. */
export function differencesOf(balancer: Balancer): readonly Difference[] {
  const { state, name } = balancer;
  if (state === undefined) return [];
  const { parameters, members, added, removed } = state.changes;
  const shown = (value: unknown) => (value === undefined || value === '' ? null : String(value));
  const configured: Readonly<Record<string, unknown>> = state.configuredSettings;
  const found: Difference[] = Object.entries(parameters).map(([parameter, value]) => ({
    ...{ balancer: name, parameter },
    ...{ file: shown(configured[parameter]), now: shown(value) },
  }));
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
