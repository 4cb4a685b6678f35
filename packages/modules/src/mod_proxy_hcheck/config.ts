import { type ConditionExpression, perServer } from '@httpd-ts/kernel';
import type { HealthCheckMethod } from '../mod_proxy/contract.ts';

/** What `hc…` parameters set, of a member or a template. httpd: hc_template_t */
export interface HealthCheckParameters {
  hcMethod?: HealthCheckMethod;
  hcIntervalMs?: number;
  hcPasses?: number;
  hcFails?: number;
  hcUri?: string;
  hcExpr?: string;
}

/** A ProxyHCExpr. httpd: hc_condition_t */
export interface Condition {
  readonly text: string;
  readonly expression: ConditionExpression;
}

/** Configuration of one server; a virtual host has nothing of the main server's. httpd: sctx_t */
export interface HealthCheckConfig {
  conditions: Map<string, Condition>;
  /** The first of a name counts. */
  templates: Map<string, HealthCheckParameters>;
}

export const healthCheckConfig = perServer<HealthCheckConfig>({
  create: () => ({ conditions: new Map(), templates: new Map() }),
  merge: (_outer, inner) => inner,
});

/** Checks that run at a time: ProxyHCTPsize. */
export const mostAtATime = perServer<{ size?: number }>({
  create: () => ({}),
  merge: (outer, inner) => ({ ...outer, ...inner }),
});
