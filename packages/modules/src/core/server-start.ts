import {
  type Compilation,
  type ConfigView,
  DECLINED,
  type HookStatus,
  processSettings,
  type RequestRecord,
  type ServerRecord,
} from '@httpd-ts/kernel';
import { coreServer } from './core-config.ts';
import { programName } from './mpm-common.ts';

/** Gives servers without ServerName one. httpd: server/config.c ap_get_local_host, server/vhost.c ap_fini_vhost_config */
export function completeServerNames(compilation: Compilation): void {
  const { mainServer, servers } = compilation;
  mainServer.hostname ??= localHostName(compilation);
  for (const server of servers) {
    server.hostname ??= nameByAddress(server, compilation);
  }
}

function localHostName(compilation: Compilation): string {
  const { network } = compilation.world;
  if (network.hostName.includes('.')) return network.hostName;
  const address = network.resolveNow(network.hostName)?.[0] ?? '127.0.0.1';
  compilation.warn(
    `AH00558: ${programName}: Could not reliably determine the server's fully qualified domain name, using ${address}. Set the 'ServerName' directive globally to suppress this message`,
    'alert',
  );
  return address;
}

function nameByAddress({ addresses }: ServerRecord, { mainServer, world, warn }: Compilation): string {
  if (addresses.some(({ address }) => address === undefined)) return mainServer.hostname!;
  const first = addresses[0]?.address;
  if (first === undefined) return 'bogus_host_without_forward_dns';
  if (first.startsWith('/')) return first;
  const name = world.network.reverseNow(first);
  if (name !== undefined) return name;
  if (mainServer.wantsWhileCompiling?.('core', 'error') !== false) {
    warn(
      `[core:error] (EAI 2)Name or service not known: AH00549: Failed to resolve server name for ${first} (check DNS) -- or specify an explicit ServerName`,
    );
  }
  return 'bogus_host_without_reverse_dns';
}

/** httpd: server/core.c, AH00534 */
export function requireMpm(compilation: Compilation): void {
  if (processSettings(compilation).mpm !== undefined) return;
  compilation.refuse(`AH00534: ${programName}: Configuration error: No MPM loaded.`);
}

/** A start needs an address to listen on. httpd: server/listen.c ap_setup_listeners */
export function requireListener(compilation: Compilation): void {
  if (processSettings(compilation).listen.length > 0) return;
  compilation.refuse('no listening sockets available, shutting down\nAH00015: Unable to open logs');
}

/** Whether StrictHostCheck is on. */
export const checksHost = (view: ConfigView) => coreServer.of(view).strictHostCheck === true;

/** StrictHostCheck: the Host asked for must be a name of the server that answers. httpd: server/vhost.c ap_update_vhost_from_headers_ex */
export function checkHost(request: RequestRecord): HookStatus {
  const { hostname, server } = request;
  if (hostname === undefined || request.main !== undefined || request.prev !== undefined) return DECLINED;
  const name = hostname.toLowerCase();
  if (server.hostname?.toLowerCase() === name || server.names.includes(name)) return DECLINED;
  const isWild = server.wildNames.some((pattern) => wildcard(pattern).test(name));
  if (isWild) return DECLINED;
  request.log(
    'core',
    'error',
    `AH10157: Hostname ${hostname} provided in request doesn't match any configured name`,
  );
  return 400;
}

function wildcard(pattern: string): RegExp {
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}
