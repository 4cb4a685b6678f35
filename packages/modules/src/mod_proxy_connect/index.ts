import { defineModule, iterate } from '@httpd-ts/kernel';
import { proxySchemes } from '../mod_proxy/contract.ts';
import { connectConfig, openTunnel, type PortRange } from './open-tunnel.ts';
import { summaries } from './summaries.ts';

/** CONNECT for mod_proxy: tunnels through a forward proxy. */
export const modProxyConnect = defineModule({
  name: 'mod_proxy_connect',
  identifier: 'proxy_connect_module',
  httpd: 'modules/proxy/mod_proxy_connect.c',
  summaries,
  directives: {
    AllowCONNECT: connectConfig.directive({
      args: iterate,
      context: 'server',
      usage: 'A list of ports or port ranges which CONNECT may connect to',
      default: '443 563',
      set(config, word) {
        const range = readPorts(word);
        if (typeof range === 'string') return range;
        config.allowed = [...(config.allowed ?? []), range];
        return undefined;
      },
    }),
  },
  hooks: [],
  providers: [proxySchemes.provide('CONNECT', { handle: openTunnel })],
});

/** `443` or `8000-8999`; a text is the complaint. httpd: modules/proxy/mod_proxy_connect.c set_allowed_ports */
function readPorts(word: string): PortRange | string {
  if (!/^\d/.test(word)) return 'AllowCONNECT: port numbers must be numeric';
  const match = /^(\d+)(?:-(.*))?$/s.exec(word);
  if (match === null) return `Cannot parse '${word}' as port number`;
  const [, first = '', last] = match;
  if (last !== undefined && !/^\d+$/.test(last)) return `Cannot parse '${last}' as port number`;
  return { first: Number(first), last: Number(last ?? first) };
}
