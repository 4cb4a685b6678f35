import type { RequestRecord } from '@httpd-ts/kernel';
import {
  type ChangedBalancer,
  healthCheckMethods,
  healthChecks,
  type MemberChanges,
} from '../mod_proxy/contract.ts';

type Body = Readonly<Record<string, unknown>>;
type Write<T> = { -readonly [K in keyof T]: T[K] };
/** Takes a value into the edit; a text is the complaint. */
type Reader<T> = (edit: Write<T>, value: unknown, request: RequestRecord) => string | undefined;

const isInteger = (value: unknown, least: number, most: number): value is number =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
const isText = (value: unknown, size: number): value is string =>
  typeof value === 'string' && value.length < size && /^[ -~]*$/.test(value);

function text(name: keyof MemberChanges, size: number): Reader<MemberChanges> {
  return (edit, value) => {
    if (!isText(value, size)) return `${name} must be a text of less than ${size} ASCII characters.`;
    Object.assign(edit, { [name]: value });
    return undefined;
  };
}

function flag(name: string, letter: string): Reader<MemberChanges> {
  return (edit, value) => {
    if (typeof value !== 'boolean') return `${name} must be true or false.`;
    edit.status = { ...edit.status, [letter]: value };
    return undefined;
  };
}

function count(name: keyof MemberChanges, least: number, most: number): Reader<MemberChanges> {
  return (edit, value) => {
    if (!isInteger(value, least, most)) return `${name} must be a whole number from ${least} to ${most}.`;
    Object.assign(edit, { [name]: value });
    return undefined;
  };
}

const memberReaders: Readonly<Record<string, Reader<MemberChanges>>> = {
  loadFactor(edit, value) {
    if (typeof value !== 'number' || !(value >= 1 && value <= 100))
      return 'loadFactor must be a number from 1 to 100.';
    edit.loadFactor = Math.trunc(value * 100);
    return undefined;
  },
  lbSet: count('lbSet', 0, 99),
  route: text('route', 64),
  redirect: text('redirect', 64),
  ignoreErrors: flag('ignoreErrors', 'I'),
  draining: flag('draining', 'N'),
  disabled: flag('disabled', 'D'),
  stopped: flag('stopped', 'S'),
  hotStandby: flag('hotStandby', 'H'),
  hotSpare: flag('hotSpare', 'R'),
  healthCheck(edit, value, request) {
    if (typeof value !== 'object' || value === null) return 'healthCheck must be an object.';
    if (request.server.plan.providers.find(healthChecks, 'default') === undefined)
      return 'Without mod_proxy_hcheck there are no health checks; load it.';
    return takeAll(checkReaders, edit, value as Body, request);
  },
};

const checkReaders: Readonly<Record<string, Reader<MemberChanges>>> = {
  method(edit, value) {
    const method = healthCheckMethods.find((one) => one === value);
    if (method === undefined) return `method must be one of ${healthCheckMethods.join(', ')}.`;
    edit.hcMethod = method;
    return undefined;
  },
  intervalMs(edit, value) {
    if (!isInteger(value, 100, 86_400_000)) return 'intervalMs must be a whole number from 100 on.';
    edit.hcIntervalMs = value;
    return undefined;
  },
  passes: count('hcPasses', 1, 1000),
  fails: count('hcFails', 1, 1000),
  uri: text('hcUri', 64),
  expression(edit, value, request) {
    const known = request.server.plan.providers.find(healthChecks, 'default')?.expressions(request.server);
    if (typeof value !== 'string' || (value !== '' && known?.has(value) !== true))
      return 'expression must be the name of a ProxyHCExpr.';
    edit.hcExpr = value;
    return undefined;
  },
};

const balancerReaders: Readonly<Record<string, Reader<ChangedBalancer>>> = {
  lbMethod(edit, value) {
    if (!isText(value, 16)) return 'lbMethod must be the name of a method, such as byrequests.';
    edit.lbMethod = value;
    return undefined;
  },
  timeoutSeconds(edit, value) {
    if (!isInteger(value, 0, 7200)) return 'timeoutSeconds must be a whole number from 0 to 7200.';
    edit.timeoutMs = value * 1000;
    return undefined;
  },
  maxAttempts(edit, value) {
    if (!isInteger(value, 0, 99)) return 'maxAttempts must be a whole number from 0 to 99.';
    edit.maxAttempts = value;
    return undefined;
  },
  noFailover(edit, value) {
    if (typeof value !== 'boolean') return 'noFailover must be true or false.';
    edit.stickyForce = value;
    return undefined;
  },
  stickySession(edit, value) {
    if (!isText(value, 64)) return 'stickySession must be COOKIE or COOKIE|parameter, or empty.';
    const bar = value.indexOf('|');
    edit.stickyCookie = bar < 0 ? value : value.slice(0, bar);
    edit.stickyPath = bar < 0 ? value : value.slice(bar + 1);
    return undefined;
  },
};

function takeAll<T>(
  readers: Readonly<Record<string, Reader<T>>>,
  edit: Write<T>,
  body: Body,
  request: RequestRecord,
): string | undefined {
  for (const [name, value] of Object.entries(body)) {
    if (!Object.hasOwn(readers, name))
      return `There is no ${name}; known are ${Object.keys(readers).join(', ')}.`;
    const complaint = readers[name]!(edit, value, request);
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}

/** What a body says of a member; a text is the complaint. */
export function readMemberEdit(request: RequestRecord, body: Body): MemberChanges | string {
  const edit: Write<MemberChanges> = {};
  return takeAll(memberReaders, edit, body, request) ?? edit;
}

/** What a body says of a balancer; a text is the complaint. */
export function readBalancerEdit(body: Body, request: RequestRecord): ChangedBalancer | string {
  const edit: Write<ChangedBalancer> = {};
  return takeAll(balancerReaders, edit, body, request) ?? edit;
}

/** How long to wait for a member, and what becomes of its sessions; a text is the complaint. */
export function readDrain(
  body: Body,
): { readonly waitSeconds: number; readonly sessions: 'keep' | 'move' } | string {
  const { waitSeconds = 30, sessions = 'move', ...rest } = body;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) return `There is no ${unknown}; known are waitSeconds, sessions.`;
  if (!isInteger(waitSeconds, 0, 3600)) return 'waitSeconds must be a whole number from 0 to 3600.';
  if (sessions !== 'keep' && sessions !== 'move') return 'sessions must be keep or move.';
  return { waitSeconds, sessions };
}
