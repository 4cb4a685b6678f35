import {
  type DirectiveContext,
  defineModule,
  type IpSubnet,
  isInSubnet,
  isSameAddress,
  parseIpSubnet,
  type RequestRecord,
  subnetErrorTexts,
  words,
} from '@httpd-ts/kernel';
import { type AuthzStatus, authzProvider, authzProviders } from '../mod_authz_core/contract.ts';
import { type RequiredNames, readRequiredNames } from '../required-names.ts';
import { clientHostName, isInDomain } from './client-host.ts';

/** `Require ip ADDRESS …`. httpd: modules/aaa/mod_authz_host.c ip_parse_config, ip_check_authorization */
const requireIp = authzProvider<readonly IpSubnet[]>({
  parse(args) {
    const given = words(args);
    if (given.length === 0) return { complaint: "'require ip' requires an argument" };
    const subnets: IpSubnet[] = [];
    for (const word of given) {
      const slash = word.indexOf('/');
      const subnet =
        slash < 0
          ? parseIpSubnet(word, undefined)
          : parseIpSubnet(word.slice(0, slash), word.slice(slash + 1));
      if (typeof subnet === 'string') {
        const reason = subnet === 'notAnAddress' ? '' : `: ${subnetErrorTexts[subnet]}`;
        return { complaint: `ip address '${word}' appears to be invalid${reason}` };
      }
      subnets.push(subnet);
    }
    return { parsed: subnets };
  },
  check: ({ clientAddress }, subnets) =>
    subnets.some((subnet) => isInSubnet(subnet, clientAddress)) ? 'granted' : 'denied',
});

/** A host name holds no `#`, so what follows one is meant as a comment. */
function withoutComment(text: string): string {
  return text.includes('#') ? text.slice(0, text.indexOf('#')) : text;
}

const readHostNames = (args: string, cmd: DirectiveContext) =>
  readRequiredNames(args, cmd, 'authz_host', (text) => words(withoutComment(text)));

/** `Require host DOMAIN …`. httpd: host_check_authorization */
const requireHost = authzProvider<RequiredNames>({
  parse: readHostNames,
  check(request, names) {
    const host = clientHostName(request);
    return host instanceof Promise
      ? host.then((later) => checkHost(request, names, later))
      : checkHost(request, names, host);
  },
});

function checkHost(
  request: RequestRecord,
  { text, of }: RequiredNames,
  host: string | undefined,
): AuthzStatus {
  if (host === undefined) {
    request.log(
      'authz_host',
      'error',
      `AH01753: access check of '${text}' to ${request.uri} failed, reason: unable to get the remote host name`,
    );
    return 'denied';
  }
  return of(request)?.some((name) => isInDomain(name, host)) ? 'granted' : 'denied';
}

/** `Require forward-dns NAME …`: the client has an address of the name. httpd: forward_dns_check_authorization */
const requireForwardDns = authzProvider<RequiredNames>({
  parse: readHostNames,
  async check(request, { of }) {
    const { network } = request.server.plan.world;
    for (const name of of(request) ?? []) {
      const addresses = (await network.resolve(name)) ?? [];
      if (addresses.some((address) => isSameAddress(address, request.clientAddress))) return 'granted';
    }
    return 'denied';
  },
});

const loopback = ['127.0.0.0', '::1'].map(
  (address) => parseIpSubnet(address, address === '::1' ? undefined : '8') as IpSubnet,
);

/** `Require local`: both ends of the connection are on this machine. httpd: local_check_authorization */
const requireLocal = authzProvider<undefined>({
  parse: () => ({ parsed: undefined }),
  check: ({ clientAddress, connection }) =>
    loopback.some((subnet) => isInSubnet(subnet, clientAddress)) ||
    isSameAddress(clientAddress, connection.localAddress)
      ? 'granted'
      : 'denied',
});

/** Authorization by the client's address or name. */
export const modAuthzHost = defineModule({
  name: 'mod_authz_host',
  identifier: 'authz_host_module',
  httpd: 'modules/aaa/mod_authz_host.c',
  directives: {},
  providers: [
    authzProviders.provide('ip', requireIp),
    authzProviders.provide('host', requireHost),
    authzProviders.provide('forward-dns', requireForwardDns),
    authzProviders.provide('local', requireLocal),
  ],
});
