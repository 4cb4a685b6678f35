import { type IpSubnet, innerWins, perServer } from '@httpd-ts/kernel';

/** Proxies that are believed. Internal ones may also present private addresses, and are not told of. */
export interface BelievedProxy {
  readonly subnet: IpSubnet;
  readonly isInternal: boolean;
}

export interface RemoteIpConfig {
  /** The request header with the addresses. */
  headerName?: string;
  /** The request header that is to name the proxies passed. */
  proxiesHeaderName?: string;
  proxies?: BelievedProxy[];
}

/** httpd: modules/metadata/mod_remoteip.c merge_remoteip_server_config; the lists of two servers do not add up. */
export const remoteIpConfig = perServer<RemoteIpConfig>({ create: () => ({}), merge: innerWins });
