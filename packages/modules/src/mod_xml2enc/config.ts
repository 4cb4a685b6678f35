import { innerWins, perDirectory } from '@httpd-ts/kernel';

/** A field left out was not set in this section. httpd: xml2cfg */
export interface Xml2encConfig {
  defaultCharset?: string;
  /** Elements that the page begins with. */
  startElements?: string[];
}

export const xml2encConfig = perDirectory<Xml2encConfig>({ create: () => ({}), merge: innerWins });
