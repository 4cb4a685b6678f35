import type { ResolvedNode, World } from '@httpd-ts/kernel';
import { withAssumedFiles } from './assumed-files.ts';
import { type Checked, type CheckInput, readConfiguration } from './check-configuration.ts';

/**
 * Reads a configuration, or a fragment of one: where no module is loaded, the assumed ones are, and what a main file
 * would say stands around it. The world that goes with it is the one to compile in.
 */
export function readConfigurationOrFragment(input: CheckInput): {
  readonly checked: Checked;
  readonly world: World;
} {
  const { world, serverRoot, assumeModules = [] } = input;
  const checked = readConfiguration({ ...input, assumeModules: [] });
  const loadsNone = checked.resolved.modules.every(({ isStatic }) => isStatic);
  if (!loadsNone || assumeModules.length === 0) return { checked, world };
  const surroundings = { files: [`${serverRoot}/mime.types`], directories: [`${serverRoot}/logs`] };
  const around = { ...world, files: withAssumedFiles(world.files, surroundings) };
  const before = listens(checked.resolved.tree) ? [] : ['Listen 80'];
  const named = [...before, 'ServerName localhost', ...(input.before ?? [])];
  return { checked: readConfiguration({ ...input, world: around, before: named }), world: around };
}

const listens = (tree: readonly ResolvedNode[]) => tree.some(({ name }) => name.toLowerCase() === 'listen');
