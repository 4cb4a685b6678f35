import {
  type DirectiveContext,
  type DirectiveDeclaration,
  directive,
  type ListenAddress,
  NOT_IN,
  processSettings,
  takeArgv,
} from '@httpd-ts/kernel';
import { leadingInteger } from './parse-number.ts';
import { canonicalAddress, isNumeric, isWrongInBrackets, scopeComplaint } from './virtual-host.ts';

/** Address and port of a Listen line; a text is the complaint. httpd: apr_parse_addr_port, server/listen.c ap_set_listener */
export function parseListen(
  text: string,
): { readonly host: string | undefined; readonly port: number } | string {
  if (/^\d+$/.test(text)) return withPort(undefined, text);
  if (isWrongInBrackets(text)) return 'Invalid address or port';
  const match = /^(.*):(\d+)$/s.exec(text);
  if (text.startsWith('[') && !/^\[[^\]]+\](?::\d+)?$/.test(text)) return 'Invalid address or port';
  if (match === null) return 'Port must be specified';
  const host = match[1]!;
  if (host === '') return 'Invalid address or port';
  const bare = host.startsWith('[') ? host.slice(1, -1) : host;
  if (bare.endsWith('%')) return 'Invalid address or port';
  return withPort(bare === '*' ? undefined : bare, match[2]!);
}

function withPort(host: string | undefined, digits: string) {
  // As an int, which wraps.
  const port = leadingInteger(digits);
  return port < 1 || port > 65_535 ? 'Invalid address or port' : { host, port };
}

/** httpd: server/listen.c alloc_listener */
function listenOn(words: readonly string[], cmd: DirectiveContext): string | undefined {
  const [endpoint, protocol] = words;
  if (endpoint === undefined || words.length > 2) return 'Listen requires 1 or 2 arguments.';
  const parsed = parseListen(endpoint);
  if (typeof parsed === 'string') return parsed;
  const { host, port } = parsed;
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
  const scope = scopeComplaint(host, cmd);
  if (scope !== undefined) {
    cmd.warn(
      `[core:crit] ${scope.error}: AH10102: alloc_listener: failed to set scope for ${scope.address}:${port} to ${scope.name}`,
    );
    return 'Listen step failed';
  }
  const { listen } = processSettings(cmd);
  const { file, line } = cmd.node;
  for (const found of addresses) {
    const address = found === undefined ? undefined : canonicalAddress(found);
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
