export { clientHostName, isInDomain } from './client-host.ts';
