import { resolve } from 'node:path';
import type { World } from '@httpd-ts/kernel';
import type { RuntimeDifference } from '@httpd-ts/modules';
import { carryOutConfiguration, hasError, readConfiguration } from '../check-configuration.ts';
import { openTree } from '../open-tree.ts';
import { type Invocation, programOf } from '../run-switches.ts';

export interface DriftOptions {
  readonly modules: string;
  readonly root?: string;
  readonly d?: string;
  readonly D: readonly string[];
  readonly json?: true;
}

/** The configuration cannot be read. */
const unreadable = 2;

/**
 * Shows what the balancer manager has changed that the files do not say, as far as BalancerPersist keeps it. Exits
 * with 1 when something differs.
 */
export async function drift(
  path: string | undefined,
  options: DriftOptions,
  invocation: Invocation,
): Promise<number> {
  const { output } = invocation;
  const { modules, root, D: defines } = options;
  const [found, { keptFiles, runtimeFolder }, { runtimeDifferences }] = await Promise.all([
    openTree({ path, root, modules, defines }),
    import('@httpd-ts/server/kept-files'),
    import('@httpd-ts/modules'),
  ]);
  if (typeof found === 'string') {
    output.error(`${programOf(invocation)}: ${found}\n`);
    return unreadable;
  }
  const tree = options.d === undefined ? found : { ...found, serverRoot: resolve(options.d) };
  let folder = '';
  // What a server keeps is looked at only.
  const kept = { ...keptFiles(() => folder), write: () => {} };
  const world: World = { ...tree.world, kept };
  const read = readConfiguration({ ...tree, world });
  folder = runtimeFolder(read.settings);
  const { compiled, diagnostics } = carryOutConfiguration(read, world);
  if (compiled?.plan === undefined || hasError(diagnostics)) {
    output.error(`${programOf(invocation)}: the configuration has errors, see configtest\n`);
    return unreadable;
  }
  const { differences, unkept } = runtimeDifferences(compiled.plan);
  if (options.json) output.out(`${JSON.stringify({ differences, unkept }, undefined, 2)}\n`);
  else output.out(describe(differences, unkept));
  return differences.length > 0 ? 1 : 0;
}

function describe(differences: readonly RuntimeDifference[], unkept: readonly string[]): string {
  const lines = differences.map(({ balancer, member, parameter, file, now }) => {
    const where = member === undefined ? balancer : `${balancer} ${member}`;
    if (parameter === 'member') return `${where}: ${file === null ? 'added' : 'removed'}`;
    return `${where}: ${parameter} ${file ?? '(not set)'} -> ${now ?? '(not set)'}`;
  });
  if (lines.length === 0) lines.push('Nothing differs from the files.');
  for (const name of unkept) {
    lines.push(
      `${name}: BalancerPersist is Off; GET api/differences of the balancer manager shows what the running server has changed.`,
    );
  }
  return `${lines.join('\n')}\n`;
}
