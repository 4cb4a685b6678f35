import type { DirectiveDeclaration, ModuleDefinition, ResolvedNode, UnsupportedUse } from '@httpd-ts/kernel';
import { thirdPartyModules } from '@httpd-ts/modules';
import type { DirectiveReport, DirectiveUse, State } from './facts.ts';

/** The name with the `<` of a section. */
export const spelledName = ({ name, children }: ResolvedNode) => (children === undefined ? name : `<${name}`);
/** The name as tables of directives have it. */
export const keyOf = (node: ResolvedNode) => spelledName(node).toLowerCase();

/** All nodes in file order. */
export function* nodesOf(tree: readonly ResolvedNode[]): Generator<ResolvedNode, void, undefined> {
  const open = tree.toReversed();
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    yield node;
    if (node.children !== undefined) open.push(...node.children.toReversed());
  }
}

interface Declared {
  readonly name: string;
  readonly module: string;
  readonly declaration: DirectiveDeclaration;
}

/** Directives of modules by name in lower case. */
export function directivesByName(modules: readonly ModuleDefinition[]): ReadonlyMap<string, Declared> {
  return new Map(
    modules.flatMap(({ name: module, directives }) =>
      Object.entries(directives).map(([name, declaration]) => [
        name.toLowerCase(),
        { name, module, declaration },
      ]),
    ),
  );
}

/** Every directive of the tree with its state and its uses, in the order of their first use. */
export function directiveReports(
  tree: readonly ResolvedNode[],
  modules: readonly ModuleDefinition[],
  unsupported: readonly UnsupportedUse[],
): readonly DirectiveReport[] {
  const known = directivesByName(modules);
  const refusals = new Map(unsupported.map((use) => [use.node, use]));
  const uses = new Map<string, { declared: Declared | undefined; name: string; uses: DirectiveUse[] }>();
  for (const node of nodesOf(tree)) {
    const key = keyOf(node);
    const entry = uses.get(key) ?? { declared: known.get(key), name: spelledName(node), uses: [] };
    uses.set(key, entry);
    entry.uses.push(useOf(node, entry.declared, refusals.get(node)));
  }
  return [...uses.values()].map(({ declared, name, uses: all }) => ({
    name: declared?.name ?? name,
    module: declared?.module ?? '',
    ...stateOf(declared),
    uses: all,
  }));
}

function useOf(
  node: ResolvedNode,
  declared: Declared | undefined,
  refusal: UnsupportedUse | undefined,
): DirectiveUse {
  const { file, line } = node;
  const support = declared?.declaration.support;
  const isPartial = typeof support === 'object' && 'partial' in support;
  const bites =
    declared === undefined ||
    support === 'known' ||
    refusal !== undefined ||
    (isPartial && (support.bites?.(node.args) ?? true));
  return { file, line, bites, ...(refusal?.detail === undefined ? {} : { detail: refusal.detail }) };
}

function stateOf(declared: Declared | undefined): { readonly state: State; readonly why?: string } {
  if (declared === undefined) return { state: 'unknown' };
  const { support } = declared.declaration;
  if (support === 'full') return { state: 'full' };
  if (support === 'known') {
    const isOfOthers = thirdPartyModules.some(({ title }) => title === declared.module);
    return { state: isOfOthers ? 'third-party' : 'not-supported' };
  }
  return 'partial' in support
    ? { state: 'partial', why: support.partial }
    : { state: 'accepted', why: support.accepted };
}
