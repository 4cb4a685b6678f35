import { type HookResult, OK, type RequestRecord } from '@httpd-ts/kernel';
import { AddressTrail } from './address-trail.ts';
import { remoteIpConfig } from './config.ts';

/** Takes the client's address from the header of the proxies. httpd: modules/metadata/mod_remoteip.c remoteip_modify_request */
export function findClient(request: RequestRecord): HookResult {
  const { headerName, proxies } = remoteIpConfig.of(request);
  const list = request.headersIn.getJoined(headerName!);
  if (list === undefined) return OK;
  const trail = new AddressTrail(request.clientAddress, list, proxies);
  const name = trail.follow();
  if (name !== undefined) return lookUp(trail, name, request).then(() => settle(trail, request));
  return settle(trail, request);
}

/** Names in the list are looked up, as getaddrinfo does with all that is no address. */
async function lookUp(trail: AddressTrail, first: string, request: RequestRecord): Promise<void> {
  const { network } = request.server.plan.world;
  for (let name: string | undefined = first; name !== undefined; name = trail.follow()) {
    // A zone is for addresses of a link, which nobody presents.
    const [address] = (name.includes('%') ? undefined : await network.resolve(name)) ?? [];
    if (address === undefined) {
      trail.giveUp('(EAI 2)Name or service not known');
      return;
    }
    if (!trail.take(address)) return;
  }
}

function settle(trail: AddressTrail, request: RequestRecord): typeof OK {
  const { headerName, proxiesHeaderName } = remoteIpConfig.of(request);
  if (trail.disbelief !== undefined) {
    const { presented, isPrivate, error } = trail.disbelief;
    const value = `RemoteIP: Header ${headerName} value of ${presented}`;
    request.log(
      'remoteip',
      'debug',
      isPrivate
        ? `AH01569: ${value} appears to be a private IP or nonsensical.  Ignored`
        : `AH01568: ${value} cannot be parsed as a client IP`,
      error,
    );
  }
  if (!trail.hasMoved) return OK;
  request.clientAddress = trail.client;
  request.clientPort = 0;
  if (trail.rest === undefined) request.headersIn.unset(headerName!);
  else request.headersIn.set(headerName!, trail.rest);
  const passed = trail.passed.join(', ');
  if (passed !== '') {
    request.notes.set('remoteip-proxy-ip-list', passed);
    if (proxiesHeaderName !== undefined) request.headersIn.set(proxiesHeaderName, passed);
  }
  request.log(
    'remoteip',
    'trace1',
    `Using ${trail.client} as client's IP by ${passed === '' ? 'internal proxies' : `proxies ${passed}`}`,
  );
  return OK;
}
