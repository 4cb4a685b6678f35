import type { ProviderRegistry } from '@httpd-ts/kernel';
import { leadingInteger as atoi } from '../core/contract.ts';
import type { BalancerParameters } from './balancer.ts';
import { onOff } from './parse-parameters.ts';
import { lbMethods } from './providers.ts';

/** Takes a `key=value` of a balancer; a text is the complaint. httpd: modules/proxy/mod_proxy.c set_balancer_param */
export function setBalancerParameter(
  parameters: BalancerParameters,
  key: string,
  value: string,
  providers: ProviderRegistry,
): string | undefined {
  switch (key.toLowerCase()) {
    case 'stickysession':
      return setSticky(parameters, value);
    case 'stickysessionsep':
      if (value.length === 1) parameters.stickySeparator = value;
      else if (value.toLowerCase() === 'off') parameters.stickySeparator = '';
      else return 'stickysessionsep must be a single character or Off';
      return undefined;
    case 'nofailover':
      return setSwitch(parameters, 'stickyForce', value, 'failover');
    case 'timeout':
      if (atoi(value) < 1) return 'timeout must be at least one second';
      parameters.timeoutMs = atoi(value) * 1000;
      return undefined;
    case 'maxattempts':
      if (atoi(value) < 0) return 'maximum number of attempts must be a positive number';
      parameters.maxAttempts = atoi(value);
      return undefined;
    case 'lbmethod':
      if (value.length >= 16) return 'lbmethod length must be < 16 characters';
      if (providers.find(lbMethods, value) === undefined) return 'unknown lbmethod';
      parameters.lbMethod = value;
      return undefined;
    case 'scolonpathdelim':
      return setSwitch(parameters, 'semicolonPathDelimiter', value, 'scolonpathdelim');
    case 'failonstatus':
      return setFailOnStatus(parameters, value);
    case 'failontimeout':
      return setSwitch(parameters, 'failOnTimeout', value, 'failontimeout');
    case 'nonce':
      if (value.toLowerCase() === 'none') parameters.nonce = '';
      else if (value.length > 36) return 'Provided nonce is too large';
      else parameters.nonce = value;
      return undefined;
    case 'growth':
      if (atoi(value) < 1 || atoi(value) > 100) return 'growth must be between 1 and 100';
      parameters.growth = atoi(value);
      return undefined;
    case 'forcerecovery':
      return setSwitch(parameters, 'forceRecovery', value, 'forcerecovery');
    default:
      return 'unknown Balancer parameter';
  }
}

/** `COOKIE|pathparameter`. */
function setSticky(parameters: BalancerParameters, value: string): string | undefined {
  const bar = value.indexOf('|');
  const cookie = bar < 0 ? value : value.slice(0, bar);
  const path = bar < 0 ? value : value.slice(bar + 1);
  if (cookie.length >= 64 || path.length >= 64) return 'stickysession length must be < 64 characters';
  parameters.stickyCookie = cookie;
  parameters.stickyPath = path;
  return undefined;
}

type SwitchName = 'stickyForce' | 'semicolonPathDelimiter' | 'failOnTimeout' | 'forceRecovery';

function setSwitch(
  parameters: BalancerParameters,
  name: SwitchName,
  value: string,
  label: string,
): string | undefined {
  const on = onOff(value);
  if (on === undefined) return `${label} must be On|Off`;
  parameters[name] = on;
  return undefined;
}

function setFailOnStatus(parameters: BalancerParameters, value: string): string | undefined {
  const codes = value
    .split(/[,; ]+/)
    .filter((word) => word !== '')
    .map(atoi);
  if (codes.length === 0 || codes.some((code) => code < 100 || code > 599)) {
    return 'failonstatus must be one or more HTTP response codes';
  }
  parameters.failOnStatus.push(...codes);
  return undefined;
}
