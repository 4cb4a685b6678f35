import { formatIpv4, formatIpv6, isInSubnet, parseClientAddress } from '@httpd-ts/kernel';
import type { BelievedProxy } from './config.ts';

/** Why the rest of a list is not believed: the address, and what is wrong with it. */
export interface Disbelief {
  readonly presented: string;
  readonly isPrivate: boolean;
  readonly error?: string;
}

/**
 * The way of a request from its connection towards its client, along the addresses that proxies present, from the end of
 * the list on as long as who presents one is believed. httpd: modules/metadata/mod_remoteip.c remoteip_modify_request
 */
export class AddressTrail {
  /** The client as far as it is believed. */
  client: string;
  /** What is left of the list; undefined at its end. */
  rest: string | undefined;
  /** Those between, the nearest first, without internal ones. */
  readonly passed: string[] = [];
  hasMoved = false;
  disbelief: Disbelief | undefined = undefined;
  readonly #proxies: readonly BelievedProxy[] | undefined;
  #isInternal = false;

  /** Without `proxies` everybody is believed. */
  constructor(client: string, list: string, proxies: readonly BelievedProxy[] | undefined) {
    this.client = client;
    this.rest = list;
    this.#proxies = proxies;
  }

  /** Goes on to the end, or to a name whose address must be looked up first: this name is returned. */
  follow(): string | undefined {
    while (this.rest !== undefined && this.#believes(this.client)) {
      const presented = lastOf(this.rest);
      if (presented === '') return undefined;
      const address = readAddress(presented);
      if (address === undefined) return presented;
      if (!this.take(address)) return undefined;
    }
    return undefined;
  }

  /** Moves to the last address of the list; false where it is not to be believed. */
  take(address: string): boolean {
    const rest = this.rest!;
    if (!this.#isInternal && !isPublic(address)) {
      this.disbelief = { presented: lastOf(rest), isPrivate: true };
      return false;
    }
    if (!this.#isInternal) this.passed.push(this.client);
    const comma = rest.lastIndexOf(',');
    this.rest = comma < 0 ? undefined : rest.slice(0, comma);
    this.client = address;
    this.hasMoved = true;
    return true;
  }

  /** The name at the end of the list has no address. */
  giveUp(error: string): void {
    this.disbelief = { presented: lastOf(this.rest!), isPrivate: false, error };
  }

  #believes(address: string): boolean {
    if (this.#proxies === undefined) return true;
    const proxy = this.#proxies.find(({ subnet }) => isInSubnet(subnet, address));
    this.#isInternal = proxy?.isInternal ?? false;
    return proxy !== undefined;
  }
}

const lastOf = (list: string) => list.slice(list.lastIndexOf(',') + 1).replace(/^ +| +$/g, '');

/** An address in its usual form, IPv4 inside IPv6 as IPv4; undefined for anything else. */
function readAddress(text: string): string | undefined {
  const plain = readIpv4(text);
  if (plain !== undefined) return formatIpv4(plain);
  if (text.includes('%')) return undefined;
  const { four, six } = text.includes(':') ? parseClientAddress(text) : {};
  if (four !== undefined) return formatIpv4(four);
  return six === undefined ? undefined : formatIpv6(six);
}

/** One to four numbers, the last of which fills what is left, in any base that C writes. C: inet_aton */
function readIpv4(text: string): number | undefined {
  if (!/^(?:(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)(?:\.(?!$)|$)){1,4}$/.test(text)) return undefined;
  const numbers = text.split('.').map((part) => Number(/^0[0-7]+$/.test(part) ? `0o${part}` : part));
  const last = numbers.pop()!;
  if (numbers.some((octet) => octet > 255) || last >= 256 ** (4 - numbers.length)) return undefined;
  return numbers.reduce((address, octet, i) => address + octet * 256 ** (3 - i), last);
}

/** Not of the networks that RFC 3330 keeps private; of IPv6 only 2000::/3 (RFC 4291). */
function isPublic(address: string): boolean {
  const { four, six } = parseClientAddress(address);
  if (four === undefined) return six !== undefined && (six[0]! & 0xe000) === 0x2000;
  const [first, second] = [four >>> 24, (four >>> 16) & 255];
  if (first === 10 || first === 127) return false;
  if (first === 169) return second !== 254;
  if (first === 172) return (second & 0xf0) !== 16;
  return first !== 192 || second !== 168;
}
