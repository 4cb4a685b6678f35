import { formatIpv4, type IpSubnet, isInSubnet, type RequestRecord } from '@httpd-ts/kernel';
import type { ParentProxy, ProxyRemote } from './config.ts';

/** One entry of NoProxy. */
export interface DirectHost {
  matches(host: string, addresses: readonly string[]): boolean;
  /** It says something about addresses, so that names must be looked up. */
  readonly wantsAddresses: boolean;
}

/** Reads an entry of NoProxy: a domain, a network, an address or a host. httpd: modules/proxy/mod_proxy.c set_proxy_dirconn */
export function readDirectHost(text: string, warn: (text: string) => void): DirectHost {
  const name = text.toLowerCase();
  if (name === '*') return { wantsAddresses: false, matches: () => true };
  if (name.startsWith('.')) {
    return { wantsAddresses: false, matches: (host) => host.endsWith(name) };
  }
  const subnet = readSubnet(name, warn);
  if (subnet !== undefined) {
    return {
      wantsAddresses: true,
      matches: (_host, addresses) => addresses.some((address) => isInSubnet(subnet, address)),
    };
  }
  return { wantsAddresses: false, matches: (host) => host.replace(/\.$/, '') === name.replace(/\.$/, '') };
}

/**
 * Up to four numbers in C's notation with a mask, which is guessed where none is written. What only begins like an address
 * is none, and has been warned of all the same. httpd: modules/proxy/proxy_util.c ap_proxy_is_ipaddr
 */
function readSubnet(text: string, warn: (text: string) => void): IpSubnet | undefined {
  const quads: number[] = [];
  let rest = text;
  while (quads.length < 4 && rest !== '' && !(rest.startsWith('/') && quads.length > 0)) {
    const number = leadingNumber(rest);
    if (number === undefined || number.value > 255) return undefined;
    quads.push(number.value);
    rest = number.rest;
    if (rest.startsWith('.') && quads.length < 4) rest = rest.slice(1);
  }
  const written = quads.reduce((address, quad, i) => address | (quad << (24 - 8 * i)), 0);
  const mask = rest.startsWith('/') ? leadingNumber(rest.slice(1)) : undefined;
  let bits = mask?.value ?? 0;
  if (mask !== undefined) {
    if (bits > 32) return undefined;
    rest = mask.rest;
  } else {
    bits = 8 * (quads.findLastIndex((quad) => quad !== 0) + 1);
    if (bits === 0) return undefined;
    if (bits < 32)
      warn(`AH00900: Warning: NetMask not supplied with IP-Addr; guessing: ${formatIpv4(written)}/${bits}`);
  }
  if (rest !== '') return undefined;
  const network = -1 << (32 - bits);
  const address = written & network;
  if (address !== written) {
    warn(`AH00901: Warning: NetMask and IP-Addr disagree in ${formatIpv4(written)}/${bits}`);
    warn(`AH00902:          Set to ${formatIpv4(address)}/${bits}`);
  }
  return { family: 4, address, mask: network };
}

/** A number as C writes one, octal after `0` and hexadecimal after `0x`. */
function leadingNumber(text: string): { readonly value: number; readonly rest: string } | undefined {
  const [digits] = /^(?:0x[0-9a-f]+|0[0-7]*|[1-9]\d*)/i.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const isOctal = /^0\d/.test(digits);
  const value = isOctal ? Number.parseInt(digits, 8) : Number(digits);
  return { value, rest: text.slice(digits.length) };
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
