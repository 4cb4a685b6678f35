import { innerWins, perDirectory, perServer, type RequestRecord, type TlsVersion } from '@httpd-ts/kernel';
import type { Verification } from './config.ts';

/** A file that was named, and what it held when the configuration was read: a text, or why it could not be read. */
export interface NamedFile {
  readonly path: string;
  readonly content: { readonly text: string } | string;
}

/** TLS with clients, by server. A field left out was not set. httpd: SSLSrvConfigRec, modssl_ctx_t server */
export interface SslServerConfig {
  engine?: boolean;
  certificates?: readonly NamedFile[];
  keys?: readonly NamedFile[];
  chain?: NamedFile;
  authorityFile?: NamedFile;
  authorityPath?: { readonly path: string; readonly texts: readonly string[] };
  revocationFile?: NamedFile;
  revocationPath?: { readonly path: string; readonly texts: readonly string[] };
  revocationCheck?: 'none' | 'leaf' | 'chain';
  mayLackLists?: boolean;
  versions?: readonly TlsVersion[];
  ciphers?: string;
  suites13?: string;
  prefersOwnCiphers?: boolean;
  usesTickets?: boolean;
  ticketKey?: { readonly path: string; readonly bytes: Uint8Array | string };
  verify?: Verification;
  verifyDepth?: number;
  strictSniHostCheck?: boolean;
  /** Sessions have names by which a cache would find them. */
  namesSessions?: boolean;
  staples?: boolean;
  hasStaplingCache?: boolean;
  curves?: string;
  signatureAlgorithms?: string;
  dhParameters?: NamedFile;
}

/** httpd: modules/ssl/ssl_engine_config.c ssl_config_server_merge, modssl_ctx_cfg_merge_server */
export const sslServer = perServer<SslServerConfig>({ create: () => ({}), merge: innerWins });

/** What SSLOptions switches. */
export type SslOption =
  | 'stdenvvars'
  | 'exportcertdata'
  | 'fakebasicauth'
  | 'strictrequire'
  | 'optrenegotiate'
  | 'legacydnstringformat';

/** What must hold for a request. */
export interface SslRequirement {
  readonly text: string;
  holds(request: RequestRecord): boolean | undefined | Promise<boolean | undefined>;
}

/** Requests of a directory. httpd: SSLDirConfigRec */
export interface SslDirectoryConfig {
  requiresTls?: boolean;
  /** Options set and taken away; `absolute` once one was given without a sign, which drops those around. */
  options?: ReadonlySet<SslOption>;
  added?: ReadonlySet<SslOption>;
  removed?: ReadonlySet<SslOption>;
  isAbsolute?: boolean;
  requirements: readonly SslRequirement[];
  userName?: string;
}

const noOptions: ReadonlySet<SslOption> = new Set();

/** httpd: ssl_config_perdir_merge */
export const sslDirectory = perDirectory<SslDirectoryConfig>({
  create: () => ({ requirements: [] }),
  merge(outer, inner) {
    const merged = innerWins(outer, inner);
    const requirements = [...outer.requirements, ...inner.requirements];
    if (inner.isAbsolute) return { ...merged, requirements, options: inner.options ?? noOptions };
    const { added = noOptions, removed = noOptions } = inner;
    const before = outer.options ?? noOptions;
    const options = new Set([...before, ...added].filter((option) => !removed.has(option)));
    return {
      ...merged,
      requirements,
      options,
      added: new Set([...(outer.added ?? noOptions), ...added].filter((option) => !removed.has(option))),
      removed: new Set([...(outer.removed ?? noOptions), ...removed].filter((option) => !added.has(option))),
    };
  },
});

/** Options in force. */
export function hasOption(view: Parameters<typeof sslDirectory.of>[0], option: SslOption): boolean {
  return sslDirectory.of(view).options?.has(option) ?? false;
}

/** How a Host header that names another server than SNI did is judged. httpd: SSLVHostSNIPolicy */
export type SniPolicy = 'strict' | 'authonly' | 'secure' | 'insecure';

/** The policy of the whole configuration. */
export const sniPolicy = perServer<{ policy?: SniPolicy }>({ create: () => ({}), merge: (outer) => outer });
