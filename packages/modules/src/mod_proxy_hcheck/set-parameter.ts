import { leadingInteger as atoi, parseTimeout } from '../core/contract.ts';
import { healthCheckMethods } from '../mod_proxy/contract.ts';
import type { HealthCheckConfig, HealthCheckParameters } from './config.ts';

/** Takes an `hc…` parameter; a text is the complaint. httpd: modules/proxy/mod_proxy_hcheck.c set_worker_hc_param */
export function setParameter(
  parameters: HealthCheckParameters,
  key: string,
  value: string,
  { conditions, templates }: HealthCheckConfig,
): string | undefined {
  switch (key.toLowerCase()) {
    case 'hctemplate': {
      const template = templates.get(value.toLowerCase());
      if (template === undefined) return `Unknown ProxyHCTemplate name: ${value}`;
      Object.assign(parameters, { hcPasses: 1, hcFails: 1, hcUri: '', hcExpr: '' }, template);
      return undefined;
    }
    case 'hcmethod':
      return setMethod(parameters, value);
    case 'hcinterval': {
      const intervalMs = parseTimeout(value, 's');
      if (intervalMs === undefined) return 'Unparse-able hcinterval setting';
      if (intervalMs < 100) return 'Interval must be a positive value greater than 100ms';
      parameters.hcIntervalMs = intervalMs;
      return undefined;
    }
    case 'hcpasses':
      if (atoi(value) < 0) return 'Passes must be a positive value';
      parameters.hcPasses = atoi(value);
      return undefined;
    case 'hcfails':
      if (atoi(value) < 0) return 'Fails must be a positive value';
      parameters.hcFails = atoi(value);
      return undefined;
    case 'hcuri':
      if (value.length >= 64) return 'Health check uri length must be < 64 characters';
      parameters.hcUri = value;
      return undefined;
    case 'hcexpr':
      if (!conditions.has(value)) return `Unknown health check condition expr: ${value}`;
      parameters.hcExpr = value;
      return undefined;
    default:
      return 'unknown Worker hcheck parameter';
  }
}

function setMethod(parameters: HealthCheckParameters, value: string): string | undefined {
  const method = healthCheckMethods.find((name) => name === value.toUpperCase());
  if (method !== undefined) {
    parameters.hcMethod = method;
    return undefined;
  }
  return value.toUpperCase() === 'PROVIDER'
    ? `Health check method ${value} not (yet) implemented`
    : 'Unknown method';
}
