import type { World } from '@httpd-ts/kernel';
import { type CheckInput, withDirectories } from './check-configuration.ts';
import { assumedModules } from './commands/assumed-modules.ts';
import { findConfigurations } from './configtest/find-configurations.ts';
import { insideRoot, packagedDirectories, rootOf } from './configtest/rooted-tree.ts';
import { rootedWorld } from './configtest/rooted-world.ts';
import { loadEnvvars } from './envvars/load-envvars.ts';
import { type ConfigTree, findTree } from './find-tree.ts';
import { latin1 } from './output.ts';

/** How the commands that ask about one configuration name it. */
export interface TreeOptions {
  /** A file, fragment, directory or ServerRoot; the system's own when left out. */
  readonly path: string | undefined;
  /** A tree copied from another machine, in which absolute paths begin. */
  readonly root: string | undefined;
  /** Modules of a configuration that loads none. */
  readonly modules: string;
  readonly defines: readonly string[];
}

/** Finds a configuration and all it is read with, on this machine or in a copy of another one; a text is the complaint. */
export async function openTree({
  path,
  root: given,
  modules: wanted,
  defines,
}: TreeOptions): Promise<CheckInput | string> {
  const root = given === undefined ? '' : rootOf(given);
  if (root === undefined) return `${latin1(given ?? '')}: no such directory`;
  const [{ standardModules: modules }, { nodeWorld }] = await Promise.all([
    import('@httpd-ts/modules'),
    import('@httpd-ts/server/node-world'),
  ]);
  const assumeModules = assumedModules(wanted, modules);
  if (typeof assumeModules === 'string') return assumeModules;
  const real = nodeWorld();
  const base = root === '' ? real : rootedWorld(root, real);
  const tree = findIn(base, path, root);
  if (tree === undefined) return `${latin1(path ?? '')}: ${whyNothing(base, insideRoot(path ?? '', root))}`;
  const { environment, runtimeDirectories } = loadEnvvars(tree.serverRoot, false, root);
  const directories = [...runtimeDirectories, ...packagedDirectories(tree.serverRoot, environment)];
  const world: World = { ...base, environment, files: withDirectories(base.files, directories) };
  return { ...tree, world, modules, assumeModules, defines };
}

function whyNothing({ files }: World, path: string): string {
  const info = files.stat(path);
  if (info === 'EACCES') return 'permission denied';
  return typeof info === 'object' && info.type === 'directory'
    ? 'no configuration file in it'
    : 'no such file or directory';
}

function findIn(
  { files }: World,
  path: string | undefined,
  root: string,
): (ConfigTree & Pick<CheckInput, 'after'>) | undefined {
  if (path === undefined) return findTree({}, (file) => typeof files.stat(file) === 'object');
  const found = findConfigurations(insideRoot(path, root), files)?.[0];
  if (found === undefined) return undefined;
  const { serverRoot, configFile, furtherFiles } = found;
  return { serverRoot, configFile, after: furtherFiles.map((file) => `Include "${file}"`) };
}
