import { type AddressPort, readAddressPort } from '@httpd-ts/http1';
import {
  type DirectiveContext,
  type DirectiveDeclaration,
  directive,
  type ListenAddress,
  NOT_IN,
  processSettings,
  takeArgv,
} from '@httpd-ts/kernel';
import { canonicalAddress, interfaceOf, isNumeric, scopeComplaint, withScope } from './virtual-host.ts';

/** Address and port of a Listen line; a text is the complaint. httpd: server/listen.c ap_set_listener */
export function parseListen(text: string): AddressPort | string {
  const found = readAddressPort(text);
  if (found === undefined) return 'Invalid address or port';
  if (found.address === '*') return withoutHost(found);
  return found.port === 0 ? 'Port must be specified' : found;
}

const withoutHost = ({ port }: AddressPort) =>
  port === 0 ? 'Port must be specified' : { address: undefined, scope: undefined, port };

/** httpd: server/listen.c alloc_listener */
function listenOn(words: readonly string[], cmd: DirectiveContext): string | undefined {
  const [endpoint, protocol] = words;
  if (endpoint === undefined || words.length > 2) return 'Listen requires 1 or 2 arguments.';
  const parsed = parseListen(endpoint);
  if (typeof parsed === 'string') return parsed;
  const { address: host, scope, port } = parsed;
  const addresses =
    host === undefined
      ? [undefined]
      : // A path is that of a local socket, on which no start succeeds.
        isNumeric(host) || host.startsWith('/')
        ? [host]
        : cmd.world.network.resolveNow(host);
  if (addresses === undefined || addresses.length === 0) {
    cmd.warn(
      `[core:crit] (EAI 2)Name or service not known: AH00077: alloc_listener: failed to set up sockaddr for ${host}`,
    );
    return 'Listen setup failed';
  }
  const scopeError = host === undefined || scope === undefined ? undefined : scopeComplaint(host, scope, cmd);
  if (scopeError !== undefined) {
    cmd.warn(
      `[core:crit] ${scopeError}: AH10102: alloc_listener: failed to set scope for [${canonicalAddress(host!)}]:${port} to ${scope}`,
    );
    return 'Listen step failed';
  }
  const { listen } = processSettings(cmd);
  const { file, line } = cmd.node;
  for (const found of addresses) {
    const address =
      found === undefined ? undefined : withScope(canonicalAddress(found), interfaceOf(scope, cmd) ?? scope);
    if (listen.some((other) => other.port === port && other.address === address)) {
      return 'Cannot define multiple Listeners on the same IP:port';
    }
    const made: ListenAddress = { address, port, protocol: protocol?.toLowerCase(), file, line };
    listen.push(made);
  }
  return undefined;
}

/** Addresses the server takes connections on. */
export const listenDirectives = {
  Listen: directive({
    args: takeArgv,
    context: 'server',
    usage: 'A port number or a numeric IP address and a port number, and an optional protocol',
    notIn: NOT_IN.anySection,
    set: (_config, words, cmd) => listenOn(words, cmd),
  }),
} satisfies Record<string, DirectiveDeclaration>;
