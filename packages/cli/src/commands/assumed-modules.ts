import type { ModuleDefinition } from '@httpd-ts/kernel';

/** Modules that a fresh Debian installation loads. */
const debianModules: readonly string[] = [
  'access_compat',
  'alias',
  'auth_basic',
  'authn_core',
  'authn_file',
  'authz_core',
  'authz_host',
  'authz_user',
  'autoindex',
  'deflate',
  'dir',
  'env',
  'filter',
  'mime',
  'mpm_event',
  'negotiation',
  'reqtimeout',
  'setenvif',
  'status',
];

/** Modules that the configuration of RHEL and Fedora loads as installed. */
const rhelModules: readonly string[] = [
  ...['access_compat', 'actions', 'alias', 'allowmethods', 'auth_basic', 'auth_digest', 'authn_anon'],
  ...['authn_core', 'authn_dbd', 'authn_dbm', 'authn_file', 'authn_socache', 'authz_core', 'authz_dbd'],
  ...['authz_dbm', 'authz_groupfile', 'authz_host', 'authz_owner', 'authz_user', 'autoindex', 'brotli'],
  ...['cache', 'cache_disk', 'cache_socache', 'cgid', 'data', 'dav', 'dav_fs', 'dav_lock', 'dbd', 'deflate'],
  ...[
    'dir',
    'dumpio',
    'echo',
    'env',
    'expires',
    'ext_filter',
    'filter',
    'headers',
    'http2',
    'include',
    'info',
  ],
  ...[
    'lbmethod_bybusyness',
    'lbmethod_byrequests',
    'lbmethod_bytraffic',
    'lbmethod_heartbeat',
    'lua',
    'macro',
  ],
  ...['mime', 'mime_magic', 'mpm_event', 'negotiation', 'proxy', 'proxy_ajp', 'proxy_balancer'],
  ...[
    'proxy_connect',
    'proxy_express',
    'proxy_fcgi',
    'proxy_fdpass',
    'proxy_ftp',
    'proxy_hcheck',
    'proxy_http',
  ],
  ...['proxy_http2', 'proxy_scgi', 'proxy_uwsgi', 'proxy_wstunnel', 'remoteip', 'reqtimeout', 'request'],
  ...[
    'rewrite',
    'setenvif',
    'slotmem_plain',
    'slotmem_shm',
    'socache_dbm',
    'socache_memcache',
    'socache_shmcb',
  ],
  ...['status', 'substitute', 'suexec', 'unique_id', 'userdir', 'vhost_alias'],
];

const installed: Readonly<Record<string, readonly string[]>> = { debian: debianModules, rhel: rhelModules };

const shortName = ({ identifier }: ModuleDefinition) => identifier.replace(/_module$/, '');
const isMpm = (module: ModuleDefinition) => shortName(module).startsWith('mpm_');

/**
 * The modules that `--modules` takes as loaded: `all`, `none`, those of `debian` or `rhel` as installed, or names in any spelling (`rewrite`, `mod_rewrite`,
 * `rewrite_module`). One MPM is among them, as no configuration is good without. A text is the complaint.
 */
export function assumedModules(
  wanted: string,
  available: readonly ModuleDefinition[],
): readonly string[] | string {
  if (wanted === '' || wanted === 'none') return [];
  const loadable = available.filter(({ isStatic }) => !isStatic);
  if (wanted === 'all')
    return withMpm(
      loadable.filter((module) => !isMpm(module)),
      available,
    );
  const names = Object.hasOwn(installed, wanted) ? installed[wanted]! : undefined;
  if (names !== undefined) {
    return withMpm(
      loadable.filter((module) => names.includes(shortName(module))),
      available,
    );
  }
  const chosen: ModuleDefinition[] = [];
  for (const name of wanted.split(',')) {
    const short = name.trim().replace(/^mod_|_module$/g, '');
    const module = available.find((one) => shortName(one) === short);
    if (module === undefined) return `no such module: ${name.trim()}`;
    if (!module.isStatic) chosen.push(module);
  }
  return withMpm(chosen, available);
}

function withMpm(chosen: readonly ModuleDefinition[], available: readonly ModuleDefinition[]): string[] {
  const event = available.find((module) => shortName(module) === 'mpm_event');
  const all = chosen.some(isMpm) || event === undefined ? chosen : [event, ...chosen];
  return all.map(({ name }) => name);
}
