import type { ModuleDefinition, OverrideClass, ResolvedNode } from '@httpd-ts/kernel';
import { type DirectiveEntry, directiveIndex } from './directive-index.ts';
import type { Finding } from './finding.ts';

/** Says which AllowOverride classes a `.htaccess` needs, with the first line that needs each. */
export function neededOverrides(
  tree: readonly ResolvedNode[],
  available: readonly ModuleDefinition[],
  file: string,
): readonly Finding[] {
  const needed = new Map<string, ResolvedNode>();
  collect(tree, directiveIndex(available), needed);
  if (needed.size === 0) return [];
  const classes = [...needed.keys()].sort();
  const places = classes.map((name) => `${name} (${needed.get(name)!.name}, line ${needed.get(name)!.line})`);
  return [
    {
      severity: 'note',
      stage: 'checking',
      origin: 'lint',
      code: 'needed-overrides',
      file,
      text: `needs AllowOverride ${classes.join(' ')}: ${places.join(', ')}`,
      why: 'Without these classes for its directory, Apache answers 500 to every request below it.',
    },
  ];
}

function collect(
  nodes: readonly ResolvedNode[],
  index: ReadonlyMap<string, DirectiveEntry>,
  needed: Map<string, ResolvedNode>,
): void {
  for (const node of nodes) {
    const spelled = node.children === undefined ? node.name : `<${node.name}`;
    const classes = index.get(spelled.toLowerCase())?.declaration.overrideClasses ?? [];
    const name = smallest(classes);
    if (name !== undefined && !classes.some((one) => needed.has(one))) needed.set(name, node);
    collect(node.children ?? [], index, needed);
  }
}

/** One class is enough where several would do; directives that any class allows need none of their own. */
function smallest(classes: readonly OverrideClass[]): OverrideClass | undefined {
  return classes.includes('All') ? undefined : classes[0];
}
