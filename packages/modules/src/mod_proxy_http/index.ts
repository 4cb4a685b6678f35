import { childExit, defineModule, type Plan } from '@httpd-ts/kernel';
import { proxySchemes, proxyServer } from '../mod_proxy/contract.ts';
import type { ConnectionPool } from './connection-pool.ts';
import { handleHttp } from './handle-http.ts';

/** HTTP for mod_proxy. */
export const modProxyHttp = defineModule({
  name: 'mod_proxy_http',
  identifier: 'proxy_http_module',
  httpd: 'modules/proxy/mod_proxy_http.c',
  directives: {},
  hooks: [childExit((_compilation, plan) => closeIdleConnections(plan))],
  providers: [proxySchemes.provide('http', { handle: handleHttp })],
});

/** A plan that is no longer served needs no connections. */
function closeIdleConnections(plan: Plan): void {
  for (const server of plan.servers) {
    const { workers, balancers } = proxyServer.at(server.config);
    for (const worker of [...workers, ...balancers.flatMap(({ members }) => members)]) {
      const pools = worker.transport as Map<string, ConnectionPool> | undefined;
      for (const pool of pools?.values() ?? []) pool.close();
    }
  }
}
