import { innerWins, perDirectory } from '@httpd-ts/kernel';

/** Names of fields by which a script asks for something; null is Off, and a field left out was not set here. httpd: scgi_config */
export interface ScgiConfig {
  sendfile?: string | null;
  internalRedirect?: string | null;
}

export const scgiConfig = perDirectory<ScgiConfig>({ create: () => ({}), merge: innerWins });
