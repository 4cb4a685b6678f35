import {
  type Complaint,
  type ConfigView,
  type DirectiveContext,
  defineModule,
  directive,
  flag,
  iterate,
  postReadRequest,
  take1,
  takeArgv,
  words,
} from '@httpd-ts/kernel';
import { readConfigFile } from '../config-file.ts';
import { numberedConfigLines } from '../parsed-file.ts';
import { type RemoteIpConfig, remoteIpConfig } from './config.ts';
import { findClient } from './find-client.ts';
import { checkExceptions } from './proxy-protocol.ts';
import { readProxies } from './read-proxies.ts';
import { summaries } from './summaries.ts';

function addProxies(
  config: RemoteIpConfig,
  word: string,
  isInternal: boolean,
  cmd: DirectiveContext,
): Complaint {
  const subnets = readProxies(word, cmd);
  if (typeof subnets === 'string') return subnets;
  config.proxies ??= [];
  for (const subnet of subnets) config.proxies.push({ subnet, isInternal });
  return undefined;
}

/** httpd: proxylist_read */
function addListed(
  config: RemoteIpConfig,
  file: string,
  isInternal: boolean,
  cmd: DirectiveContext,
): Complaint {
  const read = readConfigFile(file, cmd);
  if (typeof read === 'string') return read;
  for (const { line, number } of numberedConfigLines(read.text)) {
    for (const word of words(line)) {
      // What follows is a comment.
      if (word.startsWith('#') || word === '') break;
      const complaint = addProxies(config, word, isInternal, cmd);
      if (complaint !== undefined) return `${complaint} at line ${number} of ${read.path}`;
    }
  }
  return undefined;
}

const proxies = (isInternal: boolean, usage: string) =>
  remoteIpConfig.directive({
    args: iterate,
    context: 'server',
    usage,
    set: (config, word, cmd) => addProxies(config, word, isInternal, cmd),
  });

const proxyList = (isInternal: boolean, usage: string) =>
  remoteIpConfig.directive({
    args: take1,
    context: 'server',
    usage,
    set: (config, file, cmd) => addListed(config, file, isInternal, cmd),
  });

const isWanted = (view: ConfigView) => remoteIpConfig.of(view).headerName !== undefined;

/** The client of a request that came through proxies. */
export const modRemoteip = defineModule({
  name: 'mod_remoteip',
  identifier: 'remoteip_module',
  httpd: 'modules/metadata/mod_remoteip.c',
  summaries,
  directives: {
    RemoteIPHeader: remoteIpConfig.directive({
      args: take1,
      context: 'server',
      usage: 'Specifies a request header to trust as the client IP, e.g. X-Forwarded-For',
      set(config, name) {
        config.headerName = name;
      },
    }),
    RemoteIPProxiesHeader: remoteIpConfig.directive({
      args: take1,
      context: 'server',
      usage:
        "Specifies a request header to record proxy IP's, e.g. X-Forwarded-By; if not given then do not record",
      set(config, name) {
        config.proxiesHeaderName = name;
      },
    }),
    RemoteIPTrustedProxy: proxies(
      false,
      'Specifies one or more proxies which are trusted to present IP headers',
    ),
    RemoteIPInternalProxy: proxies(
      true,
      'Specifies one or more internal (transparent) proxies which are trusted to present IP headers',
    ),
    RemoteIPTrustedProxyList: proxyList(
      false,
      'The filename to read the list of trusted proxies, see the RemoteIPTrustedProxy directive',
    ),
    RemoteIPInternalProxyList: proxyList(
      true,
      'The filename to read the list of internal proxies, see the RemoteIPInternalProxy directive',
    ),
    RemoteIPProxyProtocol: directive({
      args: flag,
      context: 'server',
      usage: "Enable PROXY protocol handling ('on', 'off')",
      support: 'known',
      set: () => undefined,
    }),
    RemoteIPProxyProtocolExceptions: directive({
      args: takeArgv,
      context: 'server',
      usage: 'Disable PROXY protocol handling for this list of networks in CIDR format',
      support: 'known',
      set: (_config, networks, cmd) => checkExceptions(networks, cmd),
    }),
  },
  hooks: [postReadRequest(findClient, { order: 'first', when: isWanted })],
});
