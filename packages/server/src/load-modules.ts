import type { ModuleDefinition } from '@httpd-ts/kernel';

/** Where the list of modules comes from: something to import that exports `standardModules`. */
export const standardModulesSource = '@httpd-ts/modules';

/** Imports the list of modules; worker threads need it by name, as modules are not plain data. */
export async function loadModules(
  source: string = standardModulesSource,
): Promise<readonly ModuleDefinition[]> {
  if (source === standardModulesSource) return (await import('@httpd-ts/modules')).standardModules;
  const imported = (await import(source)) as { readonly standardModules?: readonly ModuleDefinition[] };
  if (imported.standardModules === undefined) throw new Error(`${source} exports no standardModules`);
  return imported.standardModules;
}
