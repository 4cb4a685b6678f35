import {
  type ResolvedNode,
  type ServedPlan,
  type ServerRecord,
  type VirtualHostAddress,
  words,
} from '@httpd-ts/kernel';

/** An address and port with the virtual hosts it leads to, the default first. */
interface AddressEntry {
  readonly address: VirtualHostAddress;
  readonly servers: ServerRecord[];
}

/**
 * What `-D DUMP_VHOSTS` prints, in httpd's own order. `tree` tells how names were written.
 * httpd: server/vhost.c dump_vhost_config
 */
export function describeVirtualHosts(plan: ServedPlan, tree: readonly ResolvedNode[]): string {
  const aliases = aliasesByServer(plan, tree);
  const entries = addressEntries(plan.servers);
  return `VirtualHost configuration:\n${entries.map((entry) => describeEntry(entry, aliases)).join('')}`;
}

/**
 * Addresses in the order of httpd's hash table, wildcards after them. It takes the virtual hosts from the last to the
 * first and puts each new address in front. httpd: server/vhost.c ap_fini_vhost_config
 */
function addressEntries(servers: readonly ServerRecord[]): AddressEntry[] {
  const buckets = new Map<number, AddressEntry[]>();
  for (const server of servers.toReversed()) {
    for (const address of server.addresses) {
      const bucket = bucketOf(address);
      const list = buckets.get(bucket) ?? [];
      buckets.set(bucket, list);
      const known = list.find((entry) => isSame(entry.address, address));
      if (known === undefined) list.unshift({ address, servers: [server] });
      else known.servers.unshift(server);
    }
  }
  return [...buckets].sort(([a], [b]) => a - b).flatMap(([, list]) => list);
}

const isSame = (a: VirtualHostAddress, b: VirtualHostAddress) => a.address === b.address && a.port === b.port;

const wildcardBucket = 256;

/** httpd hashes the last four bytes of an address by folding them into one. httpd: server/vhost.c hash_inaddr */
function bucketOf({ address }: VirtualHostAddress): number {
  if (address === undefined || /^[0:]+$/.test(address)) return wildcardBucket;
  if (address.startsWith('/')) return 0;
  const last = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  if (last !== null) return last.slice(1).reduce((folded, byte) => folded ^ Number(byte), 0);
  // `::1` ends in the groups 0 and 1; a group that `::` stands for is 0.
  const groups = address.replace('::', ':0:0:').split(':').slice(-2);
  return groups
    .map((group) => Number.parseInt(group || '0', 16))
    .reduce((folded, group) => folded ^ (group >> 8) ^ (group & 255), 0);
}

interface Aliases {
  readonly exact: readonly string[];
  readonly wild: readonly string[];
}

function describeEntry(
  { address, servers }: AddressEntry,
  aliases: ReadonlyMap<ServerRecord, Aliases>,
): string {
  const label = addressLabel(address).padEnd(22);
  const first = servers[0]!;
  if (servers.length === 1) return `${label} ${titleOf(first)}\n`;
  const indent = ' '.repeat(8);
  const port = address.port === 0 ? '*' : address.port;
  const lines = servers.map((server) => {
    const { exact, wild } = aliases.get(server) ?? { exact: [], wild: [] };
    return [
      `${indent} port ${port} namevhost ${titleOf(server)}\n`,
      ...exact.map((name) => `${indent}${indent} alias ${name}\n`),
      ...wild.map((name) => `${indent}${indent} wild alias ${name}\n`),
    ].join('');
  });
  return `${label} is a NameVirtualHost\n${indent} default server ${titleOf(first)}\n${lines.join('')}`;
}

function addressLabel({ address, port }: VirtualHostAddress): string {
  const host = address === undefined || /^[0:]+$/.test(address) ? '*' : address;
  if (port === 0) return `${bracketed(host)}:*`;
  // The address of a local socket has no port of its own.
  return `${bracketed(host)}:${host.startsWith('/') ? 0 : port}`;
}

const bracketed = (host: string) => (host.includes(':') && !host.startsWith('/') ? `[${host}]` : host);

function titleOf({ hostname, definedAt }: ServerRecord): string {
  return `${hostname ?? ''} (${definedAt?.file}:${definedAt?.line})`;
}

/** The ServerAlias names as written: records keep them in lower case. */
function aliasesByServer(plan: ServedPlan, tree: readonly ResolvedNode[]): Map<ServerRecord, Aliases> {
  const hosts = tree.filter(
    (node) => node.children !== undefined && node.name.toLowerCase() === 'virtualhost',
  );
  return new Map(
    hosts.flatMap((node, i) => {
      const server = plan.servers[i + 1];
      return server === undefined ? [] : [[server, aliasesOf(node)] as const];
    }),
  );
}

function aliasesOf({ children = [] }: ResolvedNode): Aliases {
  const names = children
    .filter(({ name }) => name.toLowerCase() === 'serveralias')
    .flatMap(({ args }) => words(args));
  return {
    exact: names.filter((name) => !/[*?]/.test(name)),
    wild: names.filter((name) => /[*?]/.test(name)),
  };
}
