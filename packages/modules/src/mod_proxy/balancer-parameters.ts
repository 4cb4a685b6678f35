import { entryOf, type ProviderRegistry } from '@httpd-ts/kernel';
import { leadingInteger as atoi } from '../core/contract.ts';
import type { BalancerParameters } from './balancer.ts';
import { onOff } from './parse-parameters.ts';
import { lbMethods } from './providers.ts';

type Setter = (
  parameters: BalancerParameters,
  value: string,
  providers: ProviderRegistry,
) => string | undefined;

// httpd: modules/proxy/mod_proxy.c set_balancer_param
const setters: Readonly<Record<string, Setter>> = {
  stickysession: setSticky,
  stickysessionsep(parameters, value) {
    if (value.length === 1) parameters.stickySeparator = value;
    else if (value.toLowerCase() === 'off') parameters.stickySeparator = '';
    else return 'stickysessionsep must be a single character or Off';
    return undefined;
  },
  nofailover: switched('stickyForce', 'failover'),
  timeout(parameters, value) {
    if (atoi(value) < 1) return 'timeout must be at least one second';
    parameters.timeoutMs = atoi(value) * 1000;
    return undefined;
  },
  maxattempts(parameters, value) {
    if (atoi(value) < 0) return 'maximum number of attempts must be a positive number';
    parameters.maxAttempts = atoi(value);
    return undefined;
  },
  lbmethod(parameters, value, providers) {
    if (value.length >= 16 || providers.find(lbMethods, value) === undefined) return 'unknown lbmethod';
    parameters.lbMethod = value;
    return undefined;
  },
  scolonpathdelim: switched('semicolonPathDelimiter', 'scolonpathdelim'),
  failonstatus: setFailOnStatus,
  failontimeout: switched('failOnTimeout', 'failontimeout'),
  nonce(parameters, value) {
    if (value.toLowerCase() === 'none') parameters.nonce = '';
    else if (value.length > 36) return 'Provided nonce is too large';
    else parameters.nonce = value;
    return undefined;
  },
  growth(parameters, value) {
    if (atoi(value) < 1 || atoi(value) > 100) return 'growth must be between 1 and 100';
    parameters.growth = atoi(value);
    return undefined;
  },
  forcerecovery: switched('forceRecovery', 'forcerecovery'),
};

export const balancerParameterNames: readonly string[] = Object.keys(setters);

/** Takes a `key=value` of a balancer; a text is the complaint. */
export function setBalancerParameter(
  parameters: BalancerParameters,
  key: string,
  value: string,
  providers: ProviderRegistry,
): string | undefined {
  const setter = entryOf(setters, key.toLowerCase());
  return setter === undefined ? 'unknown Balancer parameter' : setter(parameters, value, providers);
}

/** `COOKIE|pathparameter`; httpd cuts off what is too long, and says nothing. */
function setSticky(parameters: BalancerParameters, value: string): undefined {
  const kept = value.slice(0, 63);
  const bar = kept.indexOf('|');
  const cookie = bar < 0 ? kept : kept.slice(0, bar);
  const path = bar < 0 ? kept : kept.slice(bar + 1);
  parameters.stickyCookie = cookie;
  parameters.stickyPath = path;
  return undefined;
}

type SwitchName = 'stickyForce' | 'semicolonPathDelimiter' | 'failOnTimeout' | 'forceRecovery';

function switched(name: SwitchName, label: string): Setter {
  return (parameters, value) => {
    const on = onOff(value);
    if (on === undefined) return `${label} must be On|Off`;
    parameters[name] = on;
    return undefined;
  };
}

function setFailOnStatus(parameters: BalancerParameters, value: string): string | undefined {
  const codes = value
    .split(/[, ]+/)
    .filter((word) => word !== '')
    .map(atoi);
  if (codes.some((code) => code < 100 || code > 599)) {
    return 'failonstatus must be one or more HTTP response codes';
  }
  parameters.failOnStatus = codes;
  return undefined;
}
