import { type DirectiveContext, type IpSubnet, parseIpSubnet, subnetErrorTexts } from '@httpd-ts/kernel';

/** The networks that an address, a network or a host name stands for; a text is the complaint. httpd: proxies_set */
export function readProxies(word: string, cmd: DirectiveContext): readonly IpSubnet[] | string {
  const slash = word.indexOf('/');
  const [address, mask] = slash < 0 ? [word, undefined] : [word.slice(0, slash), word.slice(slash + 1)];
  const refused = (why: string) => `RemoteIP: Error parsing IP ${word} ${why} for ${cmd.name}`;
  const isHost = !address.includes(':') && !/^[0-9.]*$/.test(address);
  if (!isHost) {
    const subnet = parseIpSubnet(address, mask);
    return typeof subnet === 'string' ? refused(`(${subnetErrorTexts[subnet]} error)`) : [subnet];
  }
  if (mask !== undefined) return refused(`the subnet /${mask} is invalid`);
  const addresses = cmd.world.network.resolveNow(address);
  if (addresses === undefined) return refused('(Name or service not known error)');
  return addresses.map((one) => parseIpSubnet(one, undefined)).filter((subnet) => typeof subnet !== 'string');
}
