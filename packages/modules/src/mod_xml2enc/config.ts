import { innerWins, perDirectory, perServer } from '@httpd-ts/kernel';

/** A field left out was not set in this section. httpd: xml2cfg */
export interface Xml2encConfig {
  defaultCharset?: DefaultCharset;
  /** Elements that the page begins with. */
  startElements?: string[];
}

/** What xml2EncDefault says. */
export interface DefaultCharset {
  /** As given; iconv knows none of xml2EncAlias. */
  readonly given: string;
  /** What is meant by it. */
  readonly known: string;
}

/** Names of xml2EncAlias in lower case, and what they stand for; the main server's count for all. */
export const charsetAliases = perServer<{ names: Map<string, string> }>({
  create: () => ({ names: new Map() }),
  merge: (outer) => outer,
});

export const xml2encConfig = perDirectory<Xml2encConfig>({ create: () => ({}), merge: innerWins });
