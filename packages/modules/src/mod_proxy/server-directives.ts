import { type DirectiveDeclaration, flag, iterate, take1, take23 } from '@httpd-ts/kernel';
import { leadingInteger as atoi, leadingLong as atol } from '../core/contract.ts';
import { type ParentProxy, proxyServer } from './config.ts';
import { portOfScheme } from './origin.ts';
import { readDirectHost } from './remotes.ts';

const viaWords = { off: 'off', on: 'on', full: 'full', block: 'block' } as const;
const badHeaderWords = { iserror: 'IsError', ignore: 'Ignore', startbody: 'StartBody' } as const;
const statusWords = { off: 'off', on: 'on', full: 'full' } as const;

function wordOf<Words extends Readonly<Record<string, string>>>(
  words: Words,
  arg: string,
): Words[keyof Words] | undefined {
  const word = arg.toLowerCase();
  return Object.hasOwn(words, word) ? (words[word as keyof Words] as Words[keyof Words]) : undefined;
}

/** Directives of a server that set one value. */
export const serverDirectives: Readonly<Record<string, DirectiveDeclaration>> = {
  ProxyVia: proxyServer.directive({
    args: take1,
    context: 'server',
    usage: 'Configure Via: proxy header header to one of: on | off | block | full',
    default: 'Off',
    set(config, arg) {
      const word = wordOf(viaWords, arg);
      if (word === undefined) return 'ProxyVia must be one of: off | on | full | block';
      config.via = word;
      return undefined;
    },
  }),
  ProxyBadHeader: proxyServer.directive({
    args: take1,
    context: 'server',
    usage: 'How to handle bad header line in response: IsError | Ignore | StartBody',
    default: 'IsError',
    set(config, arg) {
      const word = wordOf(badHeaderWords, arg);
      if (word === undefined) return 'ProxyBadHeader must be one of: IsError | Ignore | StartBody';
      config.badHeader = word;
      return undefined;
    },
  }),
  ProxyStatus: proxyServer.directive({
    args: take1,
    context: 'server',
    usage: 'Configure Status: proxy status to one of: on | off | full',
    default: 'Off',
    set(config, arg) {
      const word = wordOf(statusWords, arg);
      if (word === undefined) return 'ProxyStatus must be one of: off | on | full';
      config.status = word;
      return undefined;
    },
  }),
  ProxyTimeout: proxyServer.directive({
    args: take1,
    context: 'server',
    usage: 'Set the timeout (in seconds) for a proxied connection. This overrides the server timeout',
    default: 'Value of Timeout',
    set(config, arg) {
      const seconds = atoi(arg);
      if (seconds < 1) return 'Proxy Timeout must be at least 1 second.';
      config.timeoutMs = seconds * 1000;
      return undefined;
    },
  }),
  ProxyMaxForwards: proxyServer.directive({
    args: take1,
    context: 'server',
    usage: 'The maximum number of proxies a request may be forwarded through.',
    default: '-1',
    set(config, arg) {
      config.maxForwards = atoi(arg);
    },
  }),
  ProxyIOBufferSize: bufferSize(
    'ProxyIOBufferSize',
    'ioBufferSize',
    'IO buffer size for outgoing HTTP and FTP connections in bytes',
    '8192',
    atol,
  ),
  ProxyReceiveBufferSize: bufferSize(
    'ProxyReceiveBufferSize',
    'receiveBufferSize',
    'Receive buffer size for outgoing HTTP and FTP connections in bytes',
    '0',
    atoi,
  ),
  ProxySourceAddress: proxyServer.directive({
    args: take1,
    context: 'server',
    usage: 'Configure local source IP used for request forward',
    set(config, arg, cmd) {
      // APR takes a path for the address of a local socket; no connection can be made from there.
      const address = arg.startsWith('/') ? arg : cmd.world.network.resolveNow(arg)?.[0];
      if (address === undefined) return 'ProxySourceAddress invalid value';
      config.sourceAddress = address;
      return undefined;
    },
  }),
  ProxyPassInherit: proxyServer.directive({
    args: flag,
    context: 'server',
    usage:
      'on if this server should inherit all ProxyPass directives defined in the main server (Setting to off recommended if using the Balancer Manager)',
    default: 'On',
    set: (config, on) => {
      config.passInherit = on;
    },
  }),
  ProxyRequests: proxyServer.directive({
    args: flag,
    context: 'server',
    usage: 'on if the true proxy requests should be accepted',
    default: 'Off',
    set: (config, on) => {
      config.requests = on;
    },
  }),
  BalancerGrowth: proxyServer.directive({
    args: take1,
    context: 'server',
    usage: 'Number of additional Balancers that can be added post-config',
    default: '5',
    support: { accepted: 'there is no fixed number of places for balancers here' },
    set(config, arg) {
      const growth = atoi(arg);
      if (growth < 0 || growth > 1000) return 'BalancerGrowth must be between 0 and 1000';
      config.balancerGrowth = growth;
      return undefined;
    },
  }),
  BalancerInherit: proxyServer.directive({
    args: flag,
    context: 'server',
    usage:
      'on if this server should inherit Balancers and Workers defined in the main server (Setting to off recommended if using the Balancer Manager)',
    default: 'On',
    set: (config, on) => {
      config.balancerInherit = on;
    },
  }),
  BalancerPersist: proxyServer.directive({
    args: flag,
    context: 'server',
    usage: 'on if the balancer should persist changes on reboot/restart made via the Balancer Manager',
    default: 'Off',
    set: (config, on) => {
      config.balancerPersist = on;
    },
  }),
  ProxyRemote: proxyServer.directive({
    args: take23,
    context: 'server',
    usage: "a scheme, partial URL or '*' and a proxy server",
    set(config, [scope, url, credentials]) {
      const parent = readRemote('ProxyRemote', url, credentials);
      if (typeof parent === 'string') return parent;
      config.remotes.push({ scope, regex: undefined, parent });
      return undefined;
    },
  }),
  ProxyRemoteMatch: proxyServer.directive({
    args: take23,
    context: 'server',
    usage: 'a regex pattern and a proxy server',
    set(config, [scope, url, credentials], cmd) {
      const parent = readRemote('ProxyRemoteMatch', url, credentials);
      if (typeof parent === 'string') return parent;
      const regex = cmd.regex(scope);
      if (typeof regex === 'string') return 'Regular expression for ProxyRemoteMatch could not be compiled.';
      config.remotes.push({ scope, regex, parent });
      return undefined;
    },
  }),
  NoProxy: proxyServer.directive({
    args: iterate,
    context: 'server',
    usage: 'A list of domains, hosts, or subnets to which the proxy will connect directly',
    set: (config, text, cmd) => {
      config.directHosts.push(readDirectHost(text, (warning) => cmd.warn(warning)));
    },
  }),
  ProxyBlock: proxyServer.directive({
    args: iterate,
    context: 'server',
    usage: 'A list of names, hosts or domains to which the proxy will not connect',
    set: (config, name, cmd) => {
      const addresses = cmd.world.network.resolveNow(name) ?? [];
      config.blocks.push({ name, addresses });
    },
  }),
  ProxyDomain: proxyServer.directive({
    args: take1,
    context: 'server',
    usage: 'The default intranet domain name (in absence of a domain in the URL)',
    set(config, domain) {
      if (!domain.startsWith('.')) return 'ProxyDomain: domain name must start with a dot.';
      config.domain = domain;
      return undefined;
    },
  }),
};

function bufferSize(
  name: string,
  field: 'ioBufferSize' | 'receiveBufferSize',
  usage: string,
  standard: string,
  read: (text: string) => number,
): DirectiveDeclaration {
  return proxyServer.directive({
    args: take1,
    context: 'server',
    usage,
    default: standard,
    support: { accepted: 'buffers follow the system and the runtime' },
    set(config, arg) {
      const size = read(arg);
      if (size < 512 && size !== 0) return `${name} must be >= 512 bytes, or 0 for system default.`;
      config[field] = size;
      return undefined;
    },
  });
}

/** Reads `scheme://host:port`; a text is the complaint. httpd: modules/proxy/mod_proxy.c add_proxy */
function readRemote(name: string, url: string, credentials: string | undefined): ParentProxy | string {
  const match = /^([^:]*):\/\/(?!$)([^:]*)(?::(.*))?$/s.exec(url);
  if (match === null) return `${name}: Bad syntax for a remote proxy server`;
  const [, scheme = '', hostname = '', given] = match;
  const port = given === undefined ? 0 : atoi(given);
  if (given !== undefined && (!/^[\t-\r ]*[+-]?\d/.test(given) || port > 65_535)) {
    return `${name}: Bad syntax for a remote proxy server (bad port number)`;
  }
  const lowerScheme = scheme.toLowerCase();
  return {
    scheme: lowerScheme,
    hostname: hostname.toLowerCase().replace(/\/.*$/s, ''),
    // What is below 0 wraps within 16 bits.
    port: port === 0 ? portOfScheme(lowerScheme) : port & 0xffff,
    credentials,
  };
}
