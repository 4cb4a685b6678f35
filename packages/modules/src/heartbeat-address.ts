import type { DatagramPeer, DirectiveContext } from '@httpd-ts/kernel';
import { isNumeric, splitAddress } from './core/contract.ts';

/** What a directive says of each fault. */
export interface AddressComplaints {
  readonly unreadable: string;
  readonly noHost: string;
  readonly noPort: string;
  readonly unknownHost: string;
}

/** The address and port that heartbeats go to; a text is the complaint. httpd: apr_parse_addr_port */
export function heartbeatAddress(
  text: string,
  { world }: DirectiveContext,
  complaints: AddressComplaints,
): DatagramPeer | string {
  if (/^\d+$/.test(text)) return complaints.noHost;
  const split = splitAddress(text);
  if (typeof split === 'string') return complaints.unreadable;
  const { host, port } = split;
  if (port === 0) return complaints.noPort;
  const [address] = isNumeric(host) ? [host] : (world.network.resolveNow(host) ?? []);
  return address === undefined ? complaints.unknownHost : { address, port };
}
