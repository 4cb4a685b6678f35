import type { DatagramPeer, DirectiveContext } from '@httpd-ts/kernel';
import { isNumeric, splitAddress } from './core/contract.ts';

/** What a directive says of each fault. */
export interface AddressComplaints {
  readonly unreadable: string;
  readonly noHost: string;
  readonly noPort: string;
  readonly unknownHost: string;
}

/** Where heartbeats go, which a directive may say once; a text is the complaint. httpd: apr_parse_addr_port */
export const setHeartbeatAddress =
  (complaints: AddressComplaints) =>
  (config: { address?: DatagramPeer }, text: string, cmd: DirectiveContext): string | undefined => {
    if (config.address !== undefined) return `${cmd.name}: May only be specified once.`;
    const address = readAddress(text, cmd, complaints);
    if (typeof address === 'string') return `${cmd.name}: ${address}`;
    config.address = address;
    return undefined;
  };

function readAddress(
  text: string,
  { world }: DirectiveContext,
  complaints: AddressComplaints,
): DatagramPeer | string {
  if (/^\d+$/.test(text)) {
    return Number(text) >= 1 && Number(text) <= 65_535 ? complaints.noHost : complaints.unreadable;
  }
  const split = splitAddress(text);
  if (typeof split === 'string') return complaints.unreadable;
  if (/^\[.*:\*$/.test(text)) return complaints.unreadable;
  const { host, port } = split;
  if (port === 0) return complaints.noPort;
  if (host.includes('%')) return complaints.unknownHost;
  const [address] = isNumeric(host) ? [host] : (world.network.resolveNow(host) ?? []);
  return address === undefined ? complaints.unknownHost : { address, port };
}
