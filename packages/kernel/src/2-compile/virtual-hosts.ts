import type { ServerRecord, VirtualHostAddress } from './server-record.ts';

/**
 * The servers that share one address and port, in the order of the configuration: the first is the default.
 * httpd: server/vhost.c
 */
export interface AddressServers {
  readonly defaultServer: ServerRecord;
  /** All of them, in order. */
  readonly servers: readonly ServerRecord[];
  /** Whether a Host header can choose among several. */
  readonly isNameBased: boolean;
  /** The server for a host name (lower case, without port and without final dot). */
  byName(host: string): ServerRecord;
  /** The server whose ServerPath begins the path, for clients without a Host header. */
  byPath(path: string): ServerRecord | undefined;
}

/** Finds virtual hosts at a cost that does not grow with their number. */
export interface VirtualHostTable {
  /** Whether the local address of a connection counts, or its port alone. */
  readonly dependsOnAddress: boolean;
  forAddress(localAddress: string, localPort: number): AddressServers;
}

interface NameEntry {
  readonly server: ServerRecord;
  readonly order: number;
}

/**
 * Builds the table. The main server answers where no virtual host has the address.
 * httpd: server/vhost.c ap_fini_vhost_config, find_best_name, ap_update_vhost_given_ip
 */
export function virtualHostTable(
  mainServer: ServerRecord,
  servers: readonly ServerRecord[],
): VirtualHostTable {
  const exact = new Map<string, ServerEntry[]>();
  const wildcard = new Map<number, ServerEntry[]>();
  for (const server of servers) {
    if (!server.isVirtual) continue;
    for (const entry of server.addresses) {
      const list =
        entry.address === undefined
          ? listOf(wildcard, entry.port)
          : listOf(exact, `${entry.address}|${entry.port}`);
      list.push({ server, entry });
    }
  }
  const cache = new Map<string, AddressServers>();
  const mainOnly = addressServers(mainServer, [
    { server: mainServer, entry: { text: '', address: undefined, port: 0 } },
  ]);

  const find = (address: string, port: number): AddressServers => {
    const found =
      exact.get(`${address}|${port}`) ?? exact.get(`${address}|0`) ?? wildcard.get(port) ?? wildcard.get(0);
    return found === undefined ? mainOnly : addressServers(mainServer, found);
  };

  return {
    dependsOnAddress: exact.size > 0,
    forAddress(localAddress, localPort) {
      const key = `${localAddress}|${localPort}`;
      let servers = cache.get(key);
      if (servers === undefined) {
        servers = find(localAddress, localPort);
        if (cache.size < maximumAddresses) cache.set(key, servers);
      }
      return servers;
    },
  };
}

/** Local addresses are few, but a wildcard listener on a large prefix could see many. */
const maximumAddresses = 4096;

interface ServerEntry {
  readonly server: ServerRecord;
  readonly entry: VirtualHostAddress;
}

function listOf<Key>(map: Map<Key, ServerEntry[]>, key: Key): ServerEntry[] {
  const list = map.get(key) ?? [];
  map.set(key, list);
  return list;
}

/**
 * httpd looks at the virtual hosts of an address in order, at exact names before wildcards within each of them;
 * so the earliest server that matches either way wins.
 */
function addressServers(mainServer: ServerRecord, entries: readonly ServerEntry[]): AddressServers {
  const names = new Map<string, NameEntry>();
  const suffixes = new Map<string, NameEntry>();
  const patterns: { readonly matches: (host: string) => boolean; readonly entry: NameEntry }[] = [];
  const seen = new Set<ServerRecord>();
  let order = 0;
  for (const { server } of entries) {
    if (seen.has(server)) continue;
    seen.add(server);
    const entry = { server, order: order++ };
    const own = [...(server.hostname === undefined ? [] : [server.hostname.toLowerCase()]), ...server.names];
    for (const name of own) if (!names.has(name)) names.set(name, entry);
    for (const wild of server.wildNames) {
      const suffix = /^\*(\.[^*?]*)$/.exec(wild)?.[1];
      if (suffix === undefined) patterns.push({ matches: wildcardMatcher(wild), entry });
      else if (!suffixes.has(suffix)) suffixes.set(suffix, entry);
    }
  }
  const withPaths = [...seen].filter((server) => server.path !== undefined);
  const defaultServer = entries[0]?.server ?? mainServer;
  return {
    defaultServer,
    servers: [...seen],
    isNameBased: seen.size > 1 || names.size + suffixes.size + patterns.length > 0,
    byName(host) {
      let best = names.get(host);
      if (suffixes.size > 0) {
        for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
          best = earlier(best, suffixes.get(host.slice(dot)));
        }
      }
      for (const { matches, entry } of patterns) {
        if ((best === undefined || entry.order < best.order) && matches(host)) best = entry;
      }
      return best?.server ?? defaultServer;
    },
    byPath: (path) =>
      withPaths.find(
        ({ path: prefix }) =>
          path.startsWith(prefix!) && (path.length === prefix!.length || path[prefix!.length] === '/'),
      ),
  };
}

function earlier(one: NameEntry | undefined, other: NameEntry | undefined): NameEntry | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one.order <= other.order ? one : other;
}

/** `*` and `?` as httpd's ap_strcasecmp_match knows them. */
function wildcardMatcher(pattern: string): (text: string) => boolean {
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replace(/\*+/g, '[^]*')
    .replaceAll('?', '[^]');
  const regex = new RegExp(`^${source}$`, 'i');
  return (text) => regex.test(text);
}
