import { type Complaint, type DirectiveContext, parseIpSubnet, subnetErrorTexts } from '@httpd-ts/kernel';

/** RemoteIPProxyProtocolExceptions; a text is the complaint. httpd: modules/metadata/mod_remoteip.c remoteip_disable_networks */
export function checkExceptions(networks: readonly string[], { name }: DirectiveContext): Complaint {
  if (networks.length === 0) return `${name} requires an argument`;
  for (const network of networks) {
    const [address = '', mask] = network.split(/\/(.*)/s, 2);
    const subnet = parseIpSubnet(address, mask);
    if (typeof subnet !== 'string') continue;
    const why = subnet === 'notAnAddress' ? '' : `: ${subnetErrorTexts[subnet]}`;
    return `ip address '${address}' appears to be invalid${why}`;
  }
  return undefined;
}
