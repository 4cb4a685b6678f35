import { readAddressPort } from '@httpd-ts/http1';
import {
  type DirectiveContext,
  type DirectiveDeclaration,
  directive,
  NOT_IN,
  nextWord,
  OVERRIDE,
  section,
  take1,
  type VirtualHostAddress,
  walkConfig,
} from '@httpd-ts/kernel';
import { missingSectionArgument, sectionArgument, unclosedSection } from './reading.ts';

/** httpd: struct sockaddr_un */
const longestSocketPath = 107;

const wildcards = new Set(['*', '_default_', '0.0.0.0']);

/** The addresses behind one word of a `<VirtualHost>` line. httpd: server/vhost.c get_addresses */
function addressesOf(text: string, cmd: DirectiveContext): VirtualHostAddress[] | string {
  // A port of any kind is Apache's own addition.
  const isAnyPort = text.endsWith(':*');
  const found = readAddressPort(isAnyPort ? text.slice(0, -2) : text);
  if (found === undefined) return 'The address or port is invalid';
  const { address: host, scope, port } = found;
  if (host === undefined) return 'Missing address for VirtualHost';
  if (wildcards.has(host.toLowerCase())) return [{ text, address: undefined, port }];
  // A local socket, which no connection comes to: httpd listens to none.
  if (host.startsWith('/')) return [{ text, address: host.slice(0, longestSocketPath), port }];
  const resolved = isNumeric(host) ? [host] : cmd.world.network.resolveNow(host);
  if (resolved === undefined || resolved.length === 0) {
    cmd.warn(
      `[core:error] (EAI 2)Name or service not known: AH00547: Could not resolve host name ${host} -- ignoring!`,
    );
    return [];
  }
  const scopeError = scope === undefined ? undefined : scopeComplaint(host, scope, cmd);
  if (scopeError !== undefined) {
    cmd.warn(
      `[core:error] ${scopeError}: AH10103: Could not set scope ID ${scope} for [${canonicalAddress(host)}]:${port} -- ignoring!`,
    );
    return [];
  }
  return resolved.map((one) => {
    const address = withScope(canonicalAddress(one), interfaceOf(scope, cmd));
    return { text, address: address === '::' ? undefined : address, port };
  });
}

/** What is wrong with the interface an address is said to be on. httpd: apr_sockaddr_zone_set */
export function scopeComplaint(
  address: string,
  scope: string,
  { world }: DirectiveContext,
): string | undefined {
  if (!/^fe[89ab]/i.test(address)) return '(20016)The specified IP address is invalid.';
  if (isInterfaceNumber(scope) || world.network.hasInterface(scope)) return undefined;
  return '(20014)Internal error (specific information not available)';
}

const isInterfaceNumber = (scope: string) =>
  /^\d+$/.test(scope) && Number(scope) >= 1 && Number(scope) <= 0xff_ff_ff_ff;

/** The name of an interface that may be given by its number; undefined where none has it. httpd: apr_sockaddr_zone_get */
export function interfaceOf(scope: string | undefined, { world }: DirectiveContext): string | undefined {
  if (scope === undefined || !isInterfaceNumber(scope)) return scope;
  return world.network.interfaceName(Number(scope));
}

/** An address with the interface it is on. */
export const withScope = (address: string, scope: string | undefined): string =>
  scope === undefined ? address : `${address}%${scope}`;

/** Whether a host is an address in numbers. */
export function isNumeric(host: string): boolean {
  return (
    isDottedQuad(host) ||
    (host.includes(':') && expandGroups(host.split('%')[0]!.toLowerCase()) !== undefined)
  );
}

function isDottedQuad(host: string): boolean {
  const parts = host.split('.');
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
}

/** An IPv6 address in its shortest form, as the system gives local addresses; other text as it is. httpd: apr_sockaddr_ip_get */
export function canonicalAddress(address: string): string {
  if (!address.includes(':')) return address;
  const [whole, scope] = address.split('%');
  const groups = expandGroups(whole!.toLowerCase());
  return groups === undefined ? address : withScope(shorten(groups), scope);
}

function expandGroups(text: string): number[] | undefined {
  const quad = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const plain =
    quad === null
      ? text
      : `${quad[1]}${(Number(quad[2]) * 256 + Number(quad[3])).toString(16)}:${(Number(quad[4]) * 256 + Number(quad[5])).toString(16)}`;
  const [head, tail, more] = plain.split('::');
  if (more !== undefined) return undefined;
  const read = (part: string | undefined) =>
    part === undefined || part === ''
      ? []
      : part
          .split(':')
          .map((group) => (/^[0-9a-f]{1,4}$/.test(group) ? Number.parseInt(group, 16) : Number.NaN));
  const front = read(head);
  const back = read(tail);
  const missing = 8 - front.length - back.length;
  if (tail === undefined ? missing !== 0 : missing < 0) return undefined;
  const groups = [...front, ...new Array<number>(missing).fill(0), ...back];
  return groups.some((group) => Number.isNaN(group)) ? undefined : groups;
}

function shorten(groups: readonly number[]): string {
  if (groups.slice(0, 5).every((group) => group === 0)) {
    const quad = groups.slice(6).flatMap((group) => [group >> 8, group & 255]);
    // One of IPv4 within IPv6 goes by its own four numbers.
    if (groups[5] === 0xffff) return quad.join('.');
    if (groups[5] === 0 && groups[6] !== 0) return `::${quad.join('.')}`;
  }
  const text = groups.map((group) => group.toString(16)).join(':');
  const runs = [...text.matchAll(/(?:^|:)(?:0(?::0)+)(?=:|$)/g)].sort((a, b) => b[0].length - a[0].length);
  const run = runs[0];
  if (run === undefined) return text;
  const before = text.slice(0, run.index);
  const after = text.slice(run.index + run[0].length).replace(/^:/, '');
  return `${before}::${after}`;
}

/** `<VirtualHost>` and the directives about its names. httpd: server/core.c virtualhost_section */
/** httpd says it of the first line alone. */
const nameVirtualHostNotice = {};

export const virtualHostDirectives = {
  '<VirtualHost': section({
    context: 'server',
    usage: 'Container to map directives to a particular virtual host, takes one or more host addresses',
    open(_config, raw, cmd) {
      const refused = cmd.refuseIn(NOT_IN.anySection);
      if (refused !== undefined) return refused;
      const whole = sectionArgument(raw);
      if (whole === undefined) return unclosedSection(cmd.name);
      if (whole === '') return missingSectionArgument(cmd.name);
      const addresses: VirtualHostAddress[] = [];
      const cursor = { text: whole, at: 0 };
      for (let word = nextWord(cursor); word !== ''; word = nextWord(cursor)) {
        const found = addressesOf(word, cmd);
        if (typeof found === 'string') return found;
        addresses.push(...found);
      }
      const server = cmd.addVirtualHost();
      server.addresses = addresses;
      walkConfig.draft(server.directoryDefaults);
      cmd.walk(cmd.node.children ?? [], {
        server,
        directory: server.directoryDefaults,
        path: undefined,
        override: OVERRIDE.rsrcConf | (OVERRIDE.all & ~(OVERRIDE.AuthConfig | OVERRIDE.Limit)),
      });
      // httpd: server/vhost.c ap_fini_vhost_config, which takes name and port of the first address
      if (server.hostname === undefined) server.port = addresses[0]?.port ?? 0;
      return undefined;
    },
  }),
  ServerPath: directive({
    args: take1,
    context: 'server',
    usage: 'The pathname the server can be reached at',
    notIn: NOT_IN.directorySections | NOT_IN.limit,
    set(_config, path, cmd) {
      cmd.server.path = path;
    },
  }),
  NameVirtualHost: directive({
    args: take1,
    context: 'server',
    usage: 'A numeric IP address:port, or the name of a host',
    support: { accepted: 'has had no effect in Apache since 2.4' },
    set(_config, _name, cmd) {
      const told = cmd.memory(nameVirtualHostNotice, () => ({ once: false }));
      if (told.once) return;
      told.once = true;
      cmd.warn(
        `AH00548: NameVirtualHost has no effect and will be removed in the next release ${cmd.node.file}:${cmd.node.line}`,
      );
    },
  }),
} satisfies Record<string, DirectiveDeclaration>;
