import {
  defineModule,
  flag,
  type HookResult,
  innerWins,
  perDirectory,
  type RequestRecord,
} from '@httpd-ts/kernel';
import {
  canonicalUrl,
  type Origin,
  type ParentProxy,
  type ProxyScheme,
  proxySchemes,
  type Worker,
} from '../mod_proxy/contract.ts';
import { summaries } from './summaries.ts';
import { tunnelWebSocket } from './tunnel-websocket.ts';

const config = perDirectory<{ fallsBack?: boolean }>({ create: () => ({}), merge: innerWins });

/** `http` carries upgrades itself, and answers that are none, unless it is told not to or not there. */
function handle(
  request: RequestRecord,
  worker: Worker,
  origin: Origin,
  path: string,
  parent?: ParentProxy,
): HookResult {
  const { fallsBack = true } = config.of(request);
  const http = request.server.plan.providers.find(proxySchemes, 'http');
  return fallsBack && http !== undefined
    ? http.handle(request, worker, origin, path, parent)
    : tunnelWebSocket(request, worker, origin, path);
}

const webSocket: ProxyScheme = {
  handle,
  canonicalize: (request, url) => canonicalUrl(request, url, 'proxy_wstunnel', 'AH02439'),
};

/** WebSockets for mod_proxy: the schemes `ws` and `wss`. */
export const modProxyWstunnel = defineModule({
  name: 'mod_proxy_wstunnel',
  identifier: 'proxy_wstunnel_module',
  httpd: 'modules/proxy/mod_proxy_wstunnel.c',
  summaries,
  directives: {
    ProxyWebsocketFallbackToProxyHttp: config.directive({
      args: flag,
      context: 'server, directory',
      usage: 'whether to let mod_proxy_http handle the upgrade and tunneling, On by default',
      default: 'On',
      set: (record, on) => {
        record.fallsBack = on;
      },
    }),
  },
  hooks: [],
  providers: [proxySchemes.provide('ws', webSocket), proxySchemes.provide('wss', webSocket)],
});
