import type { RequestRecord } from '@httpd-ts/kernel';
import { hostnameLookupsOf } from './hostname-lookups.ts';

/** A client's name under an address; empty once it is known that there is none. */
interface KnownHost {
  readonly address: string;
  readonly name: string;
}

const key = { name: 'host name of the client' };

/** The client's name if it is known, else its address. httpd: ap_get_useragent_host with REMOTE_NAME */
export function clientHost(request: RequestRecord): string {
  const known = request.state<KnownHost>(key);
  if (known?.address === request.clientAddress && known.name !== '') return known.name;
  const { connection } = request;
  if (request.clientAddress === connection.clientAddress) return connectionHost(request);
  return request.clientAddress;
}

/** The same for the peer of the connection. */
export function connectionHost(request: RequestRecord): string {
  const { clientHost: name, clientAddress } = request.connection;
  return name === undefined || name === '' ? clientAddress : name;
}

/** Finds out the client's name where HostnameLookups asks for it; a promise if that takes waiting. */
export function lookUpClientHost(request: RequestRecord): Promise<void> | undefined {
  const mode = hostnameLookupsOf(request);
  if (mode === 'off') return undefined;
  const { clientAddress: address, connection } = request;
  if (address === connection.clientAddress) {
    if (connection.clientHost !== undefined) return undefined;
    return nameOf(request, mode).then((name) => {
      connection.clientHost = name;
    });
  }
  return nameOf(request, mode).then((name) => {
    request.setState<KnownHost>(key, { address, name });
  });
}

async function nameOf(request: RequestRecord, mode: 'on' | 'double'): Promise<string> {
  const { network } = request.server.plan.world;
  const name = (await network.reverse(request.clientAddress))?.toLowerCase() ?? '';
  if (name === '' || mode === 'on') return name;
  const addresses = (await network.resolve(name)) ?? [];
  return addresses.includes(request.clientAddress) ? name : '';
}
