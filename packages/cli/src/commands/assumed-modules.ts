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

const shortName = ({ identifier }: ModuleDefinition) => identifier.replace(/_module$/, '');
const isMpm = (module: ModuleDefinition) => shortName(module).startsWith('mpm_');

/**
 * The modules that `--modules` takes as loaded: `all`, `debian`, or names in any spelling (`rewrite`, `mod_rewrite`,
 * `rewrite_module`). One MPM is among them, as no configuration is good without. A text is the complaint.
 */
export function assumedModules(
  wanted: string,
  available: readonly ModuleDefinition[],
): readonly string[] | string {
  if (wanted === '') return [];
  const loadable = available.filter(({ isStatic }) => !isStatic);
  if (wanted === 'all')
    return withMpm(
      loadable.filter((module) => !isMpm(module)),
      available,
    );
  if (wanted === 'debian') {
    return withMpm(
      loadable.filter((module) => debianModules.includes(shortName(module))),
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
