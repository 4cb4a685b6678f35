import type { DirectiveContext } from '@httpd-ts/kernel';
import { entryOf } from '@httpd-ts/kernel';
import { leadingInteger as atoi, leadingLong as atol, parseTimeout } from '../core/contract.ts';
import { atof, onOff } from './parse-parameters.ts';
import { healthChecks } from './providers.ts';
import { statusFlags, WORKER, type WorkerParameters } from './worker.ts';

type Setter = (parameters: WorkerParameters, value: string) => string | undefined;

function number(name: keyof WorkerParameters, least: number, complaint: string, factor = 1): Setter {
  return (parameters, value) => {
    const given = atoi(value);
    if (given < least) return complaint;
    Object.assign(parameters, { [name]: given * factor });
    return undefined;
  };
}

function text(name: keyof WorkerParameters, size: number, complaint: string): Setter {
  return (parameters, value) => {
    if (value.length >= size) return complaint;
    Object.assign(parameters, { [name]: value });
    return undefined;
  };
}

function time(name: keyof WorkerParameters, unit: 's' | 'ms', wrong: string, tooShort: string): Setter {
  return (parameters, value) => {
    const given = parseTimeout(value, unit);
    if (given === undefined) return wrong;
    if (given < 1) return tooShort;
    Object.assign(parameters, { [name]: given });
    return undefined;
  };
}

function bufferSize(name: keyof WorkerParameters, label: string): Setter {
  return (parameters, value) => {
    const given = atoi(value);
    if (given < 512 && given !== 0) return `${label} must be >= 512 bytes, or 0 for system default.`;
    Object.assign(parameters, { [name]: given });
    return undefined;
  };
}

function switched(name: keyof WorkerParameters, label: string, whenOn = true): Setter {
  return (parameters, value) => {
    const on = onOff(value);
    if (on === undefined) return `${label} must be On|Off`;
    Object.assign(parameters, { [name]: on === whenOn });
    return undefined;
  };
}

// httpd: modules/proxy/mod_proxy.c set_worker_param
const setters: Readonly<Record<string, Setter>> = {
  loadfactor(parameters, value) {
    const factor = Math.trunc(atof(value) * 100);
    if (factor < 100 || factor > 10_000) return 'LoadFactor must be a number between 1..100';
    parameters.loadFactor = factor;
    return undefined;
  },
  retry: number('retryMs', 0, 'Retry must be a positive value', 1000),
  ttl: number('ttlMs', 1, 'TTL must be at least one second', 1000),
  min: number('min', 0, 'Min must be a positive number'),
  max: number('max', 0, 'Max must be a positive number'),
  smax: number('softMax', 0, 'Smax must be a positive number'),
  acquire: time(
    'acquireMs',
    'ms',
    'Acquire timeout has wrong format',
    'Acquire must be at least one millisecond',
  ),
  timeout: number('timeoutMs', 1, 'Timeout must be at least one second', 1000),
  iobuffersize: bufferSize('ioBufferSize', 'IOBufferSize'),
  receivebuffersize: bufferSize('receiveBufferSize', 'ReceiveBufferSize'),
  keepalive: switched('keepAlive', 'KeepAlive'),
  disablereuse: switched('disableReuse', 'DisableReuse'),
  enablereuse: switched('disableReuse', 'EnableReuse', false),
  route: text('route', 64, 'Route length must be < 64 characters'),
  redirect: text('redirect', 64, 'Redirect length must be < 64 characters'),
  status: setStatus,
  flushpackets(parameters, value) {
    const word = value.toLowerCase();
    if (word !== 'on' && word !== 'off' && word !== 'auto') return 'flushpackets must be on|off|auto';
    parameters.flushPackets = word;
    return undefined;
  },
  flushwait(parameters, value) {
    const given = atoi(value);
    if (given > 1000 || given < 0)
      return 'flushwait must be <= 1000, or 0 for system default of 10 millseconds.';
    parameters.flushWaitMs = given;
    return undefined;
  },
  ping: time(
    'pingMs',
    's',
    'Ping/Pong timeout has wrong format',
    'Ping/Pong timeout must be at least one millisecond',
  ),
  lbset(parameters, value) {
    const given = atoi(value);
    if (given < 0 || given > 99) return 'lbset must be between 0 and 99';
    parameters.lbSet = given;
    return undefined;
  },
  connectiontimeout: time(
    'connectionTimeoutMs',
    's',
    'Connectiontimeout has wrong format',
    'Connectiontimeout must be at least one millisecond.',
  ),
  flusher: text('flusher', 16, 'flusher name length must be < 16 characters'),
  upgrade: text('upgrade', 16, 'upgrade protocol length must be < 16 characters'),
  responsefieldsize(parameters, value) {
    const given = atol(value);
    if (given < 0) return 'ResponseFieldSize must be greater than 0 bytes, or 0 for system default.';
    parameters.responseFieldSize = given;
    return undefined;
  },
  secret: text('secret', 64, 'Secret length must be < 64 characters'),
  addressttl(parameters, value) {
    const given = value === '-1' ? -1 : (parseTimeout(value, 's') ?? Number.NaN) / 1000;
    if (!Number.isInteger(given) || given > 2_147_483_647) {
      return 'AddressTTL must be -1 or a number of seconds not exceeding (2147483647)';
    }
    parameters.addressTtlSeconds = given;
    return undefined;
  },
};

export const workerParameterNames: readonly string[] = Object.keys(setters);

/** Every letter that a file may have; those beyond `statusFlags` tell what httpd does with a worker of its own accord. */
const statusLetters: Readonly<Record<string, number>> = {
  ...statusFlags,
  O: WORKER.initialized,
  G: WORKER.generic,
  U: WORKER.inShutdown,
  F: WORKER.freed,
};

/** Letters, each with at most one `+` or `-` before it, which holds for those that follow too. httpd: ap_proxy_set_wstatus */
function setStatus(parameters: WorkerParameters, value: string): string | undefined {
  let on = true;
  for (let at = 0; at < value.length; at++) {
    if (value[at] === '+' || value[at] === '-') on = value[at++] === '+';
    const bit = entryOf(statusLetters, (value[at] ?? '').toUpperCase());
    if (bit === undefined) return 'Unknown status parameter option';
    const { statusOn = 0, statusOff = 0 } = parameters;
    parameters.statusOn = on ? statusOn | bit : statusOn & ~bit;
    parameters.statusOff = on ? statusOff & ~bit : statusOff | bit;
  }
  return undefined;
}

/** Takes a `key=value` of a worker; a text is the complaint. */
export function setWorkerParameter(
  parameters: WorkerParameters,
  key: string,
  value: string,
  cmd: DirectiveContext,
): string | undefined {
  const name = key.toLowerCase();
  if (Object.hasOwn(setters, name)) return setters[name]!(parameters, value);
  const checks = cmd.providers.find(healthChecks, 'default');
  return checks === undefined
    ? 'unknown Worker parameter'
    : checks.setParameter(parameters, name, value, cmd);
}
