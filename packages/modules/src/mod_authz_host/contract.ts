export { clientHostName, isInDomain } from './client-host.ts';
export {
  type IpSubnet,
  isInSubnet,
  isSameAddress,
  parseIpSubnet,
  type SubnetError,
  subnetErrorTexts,
} from './ip-subnet.ts';
