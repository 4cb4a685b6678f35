import { type IpSubnet, isInSubnet, parseIpSubnet, type RequestRecord } from '@httpd-ts/kernel';
import type { ParentProxy, ProxyRemote } from './config.ts';

/** One entry of NoProxy. */
export interface DirectHost {
  matches(host: string, addresses: readonly string[]): boolean;
  /** It says something about addresses, so that names must be looked up. */
  readonly wantsAddresses: boolean;
}

/** Reads an entry of NoProxy: a domain, a network, an address or a host. httpd: modules/proxy/mod_proxy.c set_proxy_dirconn */
export function readDirectHost(text: string): DirectHost {
  const name = text.toLowerCase();
  if (name === '*') return { wantsAddresses: false, matches: () => true };
  if (name.startsWith('.')) {
    return { wantsAddresses: false, matches: (host) => host.endsWith(name) };
  }
  const subnet = readSubnet(name);
  if (subnet !== undefined) {
    return {
      wantsAddresses: true,
      matches: (_host, addresses) => addresses.some((address) => isInSubnet(subnet, address)),
    };
  }
  return { wantsAddresses: false, matches: (host) => host.replace(/\.$/, '') === name.replace(/\.$/, '') };
}

/** An address or a network; one that is cut short has a mask of its length. httpd: ap_proxy_is_ipaddr */
function readSubnet(text: string): IpSubnet | undefined {
  const [address = '', mask] = text.split('/');
  const subnet = parseIpSubnet(address, mask);
  return typeof subnet === 'string' ? undefined : subnet;
}

/** Parents to try for a URL, the first first. httpd: modules/proxy/mod_proxy.c proxy_handler */
export function parentsOf(
  request: RequestRecord,
  remotes: readonly ProxyRemote[],
  url: string,
): readonly ParentProxy[] {
  const scheme =
    request.method === 'CONNECT' ? url.slice(0, url.indexOf(':')) : url.slice(0, url.indexOf('://'));
  return remotes.filter((remote) => matches(remote, url, scheme)).map(({ parent }) => parent);
}

function matches({ scope, regex }: ProxyRemote, url: string, scheme: string): boolean {
  if (regex !== undefined) return regex.test(url);
  if (scope === '*') return true;
  return scope.includes(':')
    ? url.slice(0, scope.length).toLowerCase() === scope.toLowerCase()
    : scope.toLowerCase() === scheme.toLowerCase();
}
