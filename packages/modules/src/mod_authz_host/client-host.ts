import { isSameAddress, type RequestRecord } from '@httpd-ts/kernel';

const noteName = 'double-reverse host name';

/**
 * The client's host name, if it is known and leads back to the address; asked for once a connection.
 * httpd: server/core.c ap_get_useragent_host with REMOTE_DOUBLE_REV
 */
export function clientHostName(request: RequestRecord): string | undefined | Promise<string | undefined> {
  const { notes } = request.connection;
  const key = `${noteName} ${request.clientAddress}`;
  if (notes.has(key)) return notes.get(key) as string | undefined;
  return lookUp(request).then((name) => {
    notes.set(key, name);
    return name;
  });
}

async function lookUp(request: RequestRecord): Promise<string | undefined> {
  const { network } = request.server.plan.world;
  const name = await network.reverse(request.clientAddress);
  if (name === undefined) return undefined;
  // Known from now on, to the log too.
  request.connection.clientHost ??= name;
  const addresses = (await network.resolve(name)) ?? [];
  return addresses.some((address) => isSameAddress(address, request.clientAddress))
    ? name.toLowerCase()
    : undefined;
}

/** Whether a host is the domain or lies in it. httpd: modules/aaa/mod_authz_host.c in_domain */
export function isInDomain(domain: string, host: string): boolean {
  if (!host.toLowerCase().endsWith(domain.toLowerCase())) return false;
  if (host.length === domain.length) return true;
  return domain.startsWith('.') || host[host.length - domain.length - 1] === '.';
}
