import { readAddressPort } from '@httpd-ts/http1';
import type { DatagramPeer, DirectiveContext } from '@httpd-ts/kernel';
import { isNumeric } from './core/contract.ts';

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
  const found = readAddressPort(text);
  if (found === undefined) return complaints.unreadable;
  if (found.address === undefined) return complaints.noHost;
  if (found.port === 0) return complaints.noPort;
  const { address: host, port } = found;
  // Heartbeats go over IPv4.
  const addresses = isNumeric(host) ? [host] : (world.network.resolveNow(host) ?? []);
  const address = addresses.find((one) => !one.includes(':'));
  return address === undefined ? complaints.unknownHost : { address, port };
}
