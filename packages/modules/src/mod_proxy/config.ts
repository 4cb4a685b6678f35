import {
  type ConfigLine,
  type DirectiveContext,
  innerWins,
  perDirectory,
  perServer,
  type Section,
  type ServerRecord,
} from '@httpd-ts/kernel';
import type { Regex } from '@httpd-ts/regex';
import type { Balancer } from './balancer.ts';
import type { DirectHost } from './remotes.ts';
import type { Worker } from './worker.ts';

/** One ProxyPass or ProxyPassMatch. httpd: struct proxy_alias */
export interface ProxyAlias {
  /** The path, or the expression as written. */
  readonly fake: string;
  /** The URL to map to; `!` excludes. */
  readonly real: string;
  readonly regex: Regex | undefined;
  readonly noCanon: boolean;
  readonly interpolate: boolean;
  readonly mapping: 'encoded' | 'servlet' | undefined;
  readonly definedAt: ConfigLine;
}

/** One ProxyPassReverse, ProxyPassReverseCookieDomain or ProxyPassReverseCookiePath. */
export interface ReverseMapping {
  readonly fake: string;
  readonly real: string;
  readonly interpolate: boolean;
}

/** A proxy that requests go through on their way. */
export interface ParentProxy {
  readonly scheme: string;
  readonly hostname: string;
  readonly port: number;
  /** `user:password`. */
  readonly credentials: string | undefined;
}

/** One ProxyRemote or ProxyRemoteMatch. httpd: struct proxy_remote */
export interface ProxyRemote {
  /** A scheme, the beginning of a URL, or `*`. */
  readonly scope: string;
  readonly regex: Regex | undefined;
  readonly parent: ParentProxy;
}

/** One entry of ProxyBlock. httpd: struct noproxy_entry */
export interface BlockedHost {
  readonly name: string;
  readonly addresses: readonly string[];
}

/** Configuration by server. A field left out was not set. httpd: proxy_server_conf */
export interface ProxyServerConfig {
  aliases: ProxyAlias[];
  sections: Section[];
  workers: Worker[];
  balancers: Balancer[];
  passInherit?: boolean;
  balancerInherit?: boolean;
  via?: 'off' | 'on' | 'full' | 'block';
  maxForwards?: number;
  timeoutMs?: number;
  badHeader?: 'IsError' | 'Ignore' | 'StartBody';
  status?: 'off' | 'on' | 'full';
  ioBufferSize?: number;
  receiveBufferSize?: number;
  sourceAddress?: string;
  requests?: boolean;
  remotes: ProxyRemote[];
  directHosts: DirectHost[];
  blocks: BlockedHost[];
  domain?: string;
  balancerGrowth?: number;
  balancerPersist?: boolean;
}

/** httpd: modules/proxy/mod_proxy.c merge_proxy_config */
export const proxyServer = perServer<ProxyServerConfig>({
  create: () => ({
    aliases: [],
    sections: [],
    workers: [],
    balancers: [],
    remotes: [],
    directHosts: [],
    blocks: [],
  }),
  merge(outer, inner) {
    const merged = innerWins(outer, inner);
    const passInherit = inner.passInherit ?? outer.passInherit ?? true;
    const balancerInherit = inner.balancerInherit ?? outer.balancerInherit ?? true;
    merged.sections = [...outer.sections, ...inner.sections];
    // ProxyPassInherit decides about workers only, whatever its name says.
    merged.aliases = [...outer.aliases, ...inner.aliases];
    merged.remotes = [...outer.remotes, ...inner.remotes];
    merged.directHosts = [...outer.directHosts, ...inner.directHosts];
    merged.blocks = [...outer.blocks, ...inner.blocks];
    if (passInherit || balancerInherit) {
      merged.workers = [...outer.workers, ...inner.workers];
      merged.balancers = [...outer.balancers, ...inner.balancers];
    }
    return merged;
  },
});

/** Configuration by directory. httpd: proxy_dir_conf */
export interface ProxyDirectoryConfig {
  /** ProxyPass inside `<Location>`. */
  alias?: ProxyAlias;
  reverse: ReverseMapping[];
  cookiePaths: ReverseMapping[];
  cookieDomains: ReverseMapping[];
  preserveHost?: boolean;
  addHeaders?: boolean;
  errorOverride?: boolean;
  /** Statuses that ProxyErrorOverride names; none means all errors. */
  errorOverrideCodes: number[];
  interpolateEnv?: boolean;
  forward100Continue?: boolean;
}

/** httpd: modules/proxy/mod_proxy.c merge_proxy_dir_config */
export const proxyDirectory = perDirectory<ProxyDirectoryConfig>({
  create: () => ({ reverse: [], cookiePaths: [], cookieDomains: [], errorOverrideCodes: [] }),
  merge(outer, inner) {
    const merged = innerWins(outer, inner);
    merged.reverse = append(outer.reverse, inner.reverse);
    merged.cookiePaths = append(outer.cookiePaths, inner.cookiePaths);
    merged.cookieDomains = append(outer.cookieDomains, inner.cookieDomains);
    merged.errorOverrideCodes =
      inner.errorOverride === undefined ? outer.errorOverrideCodes : inner.errorOverrideCodes;
    return merged;
  },
});

function append<T>(outer: T[], inner: T[]): T[] {
  if (inner.length === 0) return outer;
  return outer.length === 0 ? inner : [...outer, ...inner];
}

/** The server record being written, for directives that write the directory record too. */
export function serverDraft(cmd: DirectiveContext): ProxyServerConfig {
  return proxyServer.draft(cmd.server.config);
}

/** The merged server configuration. */
export function proxyServerOf(server: ServerRecord): ProxyServerConfig {
  return proxyServer.at(server.config);
}
