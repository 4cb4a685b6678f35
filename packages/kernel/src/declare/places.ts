// httpd: include/http_config.h, the bits of req_override and of a walk's override mask.

/** Classes of AllowOverride and the two places of server configuration, as bits. */
export const OVERRIDE = {
  none: 0,
  Limit: 1,
  Options: 2,
  FileInfo: 4,
  AuthConfig: 8,
  Indexes: 16,
  /** Not set yet. */
  unset: 32,
  /** Inside a per-directory section of the server configuration. */
  accessConf: 64,
  /** In the server configuration outside of such sections. */
  rsrcConf: 128,
  /** Inside `<Proxy>` where a directive asks for it. */
  proxyConf: 1 << 9,
  all: 31,
  /** `AllowOverride Nonfatal=Override`: what may not be in a `.htaccess` is passed over. httpd: NONFATAL_OVERRIDE */
  nonfatalOverride: 1 << 10,
  /** `AllowOverride Nonfatal=Unknown`: directives that nobody knows are passed over. */
  nonfatalUnknown: 1 << 11,
} as const;

/** A class of AllowOverride. */
export type OverrideClass = 'Limit' | 'Options' | 'FileInfo' | 'AuthConfig' | 'Indexes' | 'All';

/**
 * Where a directive may stand: the server, per-directory sections of it, both, or also `.htaccess` by class.
 * The classes AuthConfig and Limit leave the server out of `anywhere`; `server, anywhere` takes it in.
 */
export type Context =
  | 'server'
  | 'server, proxy'
  | 'directory'
  | 'server, directory'
  | 'anywhere'
  | 'server, anywhere';

/** The bits that httpd's command table has for a context and the classes that allow it in `.htaccess`. */
export function requiredOverride(context: Context, classes: readonly OverrideClass[]): number {
  switch (context) {
    case 'server':
      return OVERRIDE.rsrcConf;
    case 'server, proxy':
      return OVERRIDE.rsrcConf | OVERRIDE.proxyConf;
    case 'directory':
      return OVERRIDE.accessConf;
    case 'server, directory':
      return OVERRIDE.rsrcConf | OVERRIDE.accessConf;
    case 'anywhere':
      return classBits(classes);
    case 'server, anywhere':
      return OVERRIDE.rsrcConf | classBits(classes);
  }
}

function classBits(classes: readonly OverrideClass[]): number {
  return classes.reduce<number>((bits, name) => bits | (name === 'All' ? OVERRIDE.all : OVERRIDE[name]), 0);
}

// httpd: include/http_config.h NOT_IN_VIRTUALHOST and its companions
/** Places a directive refuses through its own check, whatever its context says. */
export const NOT_IN = {
  virtualHost: 1,
  limit: 2,
  directory: 4,
  location: 8,
  files: 16,
  htaccess: 32,
  proxy: 64,
  /** `<Directory>`, `<Location>`, `<Files>`, `<If>` and `<Proxy>`. */
  directorySections: 4 | 8 | 16 | 64,
  /** `GLOBAL_ONLY`. */
  anySection: 1 | 2 | 4 | 8 | 16 | 64,
} as const;

// httpd: include/http_core.h OPT_*
/** Bits of Options. */
export const OPTIONS = {
  none: 0,
  indexes: 1,
  includes: 2,
  symLinks: 4,
  execCgi: 8,
  symLinksIfOwner: 16,
  multiViews: 32,
  includesWithExec: 64,
  unset: 128,
  all: 1 | 2 | 4 | 8 | 64,
} as const;

/** Every option, for places where AllowOverride does not narrow them. */
export const everyOption: number = OPTIONS.all | OPTIONS.symLinksIfOwner | OPTIONS.multiViews;
