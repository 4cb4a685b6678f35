/** An address or a network, as 32 bits (IPv4) or eight groups of 16 (IPv6). */
export type IpSubnet =
  | { readonly family: 4; readonly address: number; readonly mask: number }
  | { readonly family: 6; readonly address: readonly number[]; readonly mask: readonly number[] };

/** Why a text is no subnet: `notAnAddress` when it does not even look like one. */
export type SubnetError = 'notAnAddress' | 'badAddress' | 'badMask';

/** What httpd says about an error. httpd: apr_strerror APR_EBADIP, APR_EBADMASK */
export const subnetErrorTexts: Readonly<Record<SubnetError, string>> = {
  notAnAddress: 'Invalid argument',
  badAddress: 'The specified IP address is invalid.',
  badMask: 'The specified network mask is invalid.',
};

/**
 * Reads `a.b.c.d`, `a.b` (a network), an IPv6 address, and with a mask either a number of bits or, for IPv4, `a.b.c.d`.
 * httpd: apr_ipsubnet_create
 */
export function parseIpSubnet(address: string, mask: string | undefined): IpSubnet | SubnetError {
  if (!address.includes(':') && !/^[0-9.]+$/.test(address)) return 'notAnAddress';
  const parsed = parseAddress(address, mask === undefined);
  if (typeof parsed === 'string' || mask === undefined) return parsed;
  const bits = /^[\t-\r ]*\+?\d+$/.test(mask) ? Number(mask) : undefined;
  if (bits !== undefined && bits > 0 && bits <= (parsed.family === 4 ? 32 : 128))
    return withBits(parsed, bits);
  const dotted = parsed.family === 4 ? parseIpv4(mask) : undefined;
  if (parsed.family !== 4 || dotted === undefined) return 'badMask';
  return { family: 4, address: parsed.address & dotted, mask: dotted };
}

function withBits(subnet: IpSubnet, bits: number): IpSubnet {
  if (subnet.family === 4) {
    const mask = -1 << (32 - bits);
    return { family: 4, address: subnet.address & mask, mask };
  }
  const mask = subnet.mask.map(
    (_, i) => (0xffff << Math.min(16, Math.max(0, 16 - (bits - 16 * i)))) & 0xffff,
  );
  return { family: 6, address: subnet.address.map((group, i) => group & mask[i]!), mask };
}

function parseAddress(text: string, networkAllowed: boolean): IpSubnet | SubnetError {
  const four = parseIpv4(text);
  if (four !== undefined) return { family: 4, address: four, mask: -1 };
  const six = parseIpv6(text);
  if (six !== undefined) {
    return mappedIpv4(six) === undefined
      ? { family: 6, address: six, mask: Array(8).fill(0xffff) }
      : 'badAddress';
  }
  return networkAllowed ? parseNetwork(text) : 'badAddress';
}

/** Up to four leading octets, a dot after each but the last, which may have one. httpd: apr_sockaddr parse_network */
function parseNetwork(text: string): IpSubnet | SubnetError {
  if (text.length >= 16 || !/^(?:\d+\.){0,3}\d*$|^(?:\d+\.){4}$/.test(text)) return 'badAddress';
  // An octet is read as an int, which wraps.
  const octets = text
    .split('.')
    .filter((part) => part !== '')
    .map((part) => Number(part) | 0);
  if (octets.some((octet) => octet < 0 || octet > 255)) return 'badAddress';
  let address = 0;
  let mask = 0;
  for (const [i, octet] of octets.entries()) {
    address |= octet << (24 - 8 * i);
    mask |= 255 << (24 - 8 * i);
  }
  return { family: 4, address, mask };
}

/** Four decimal octets, of any number of digits, as a signed 32-bit number. httpd: apr_inet_pton AF_INET */
export function parseIpv4(text: string): number | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  if (match === null) return undefined;
  let address = 0;
  for (let i = 1; i <= 4; i++) {
    const octet = match[i]!;
    if (Number(octet) > 255) return undefined;
    address = (address << 8) | Number(octet);
  }
  return address;
}

/** Eight groups, or undefined. httpd: apr_inet_pton AF_INET6 */
export function parseIpv6(text: string): number[] | undefined {
  const tail = /(?<=:)[^:]*\.[^:]*$/.exec(text);
  let source = text;
  if (tail !== null) {
    const four = parseIpv4(tail[0]);
    if (four === undefined) return undefined;
    source = `${text.slice(0, tail.index)}${((four >>> 16) & 0xffff).toString(16)}:${(four & 0xffff).toString(16)}`;
  }
  const halves = source.split('::');
  if (halves.length > 2) return undefined;
  const [head, rest] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const given = [...head!, ...(rest ?? [])];
  if (given.some((group) => !/^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  if (rest === undefined ? given.length !== 8 : given.length > 7) return undefined;
  const zeros = Array<string>(8 - given.length).fill('0');
  return [...head!, ...zeros, ...(rest ?? [])].map((group) => Number.parseInt(group, 16));
}

function mappedIpv4(groups: readonly number[]): number | undefined {
  if (groups[5] !== 0xffff || groups.slice(0, 5).some((group) => group !== 0)) return undefined;
  return (groups[6]! << 16) | groups[7]!;
}

/** The four octets of an address. C: inet_ntop AF_INET */
export function formatIpv4(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

/** The shortest form, in lower case; IPv4 inside `::` keeps its dots. C: inet_ntop AF_INET6 */
export function formatIpv6(groups: readonly number[]): string {
  if (groups.slice(0, 6).every((group) => group === 0) && groups[6] !== 0) {
    return `::${[groups[6]! >> 8, groups[6]! & 255, groups[7]! >> 8, groups[7]! & 255].join('.')}`;
  }
  const [start, length] = longestZeros(groups);
  const text = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  if (length < 2) return text(groups);
  return `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}

/** The first of the longest runs of zeros: where it starts, and its length. */
function longestZeros(groups: readonly number[]): readonly [start: number, length: number] {
  let best: readonly [number, number] = [0, 0];
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (groups[end] === 0) end++;
    if (end - start > best[1]) best = [start, end - start];
    start = end;
  }
  return best;
}

/** A parsed client address; IPv4 inside IPv6 counts as IPv4. */
export function parseClientAddress(text: string): {
  readonly four?: number;
  readonly six?: readonly number[];
} {
  const four = parseIpv4(text);
  if (four !== undefined) return { four };
  const six = parseIpv6(text.split('%', 1)[0]!);
  if (six === undefined) return {};
  const mapped = mappedIpv4(six);
  return mapped === undefined ? { six } : { four: mapped };
}

/** The address asked about last: lists of networks, which may be long, are gone through for one. */
let asked = { address: '', parsed: parseClientAddress('') };

/** Whether an address lies in a subnet. httpd: apr_ipsubnet_test */
export function isInSubnet(subnet: IpSubnet, address: string): boolean {
  if (asked.address !== address) asked = { address, parsed: parseClientAddress(address) };
  const { four, six } = asked.parsed;
  if (subnet.family === 4) return four !== undefined && (four & subnet.mask) === subnet.address;
  return six?.every((group, i) => (group & subnet.mask[i]!) === subnet.address[i]) ?? false;
}

/** Whether two addresses are the same host. httpd: apr_sockaddr_equal */
export function isSameAddress(one: string, other: string): boolean {
  const a = parseClientAddress(one);
  const b = parseClientAddress(other);
  if (a.four !== undefined) return a.four === b.four;
  return a.six !== undefined && b.six !== undefined && a.six.every((group, i) => group === b.six![i]);
}
