import type { DirectiveDeclaration, ModuleDefinition } from '@httpd-ts/kernel';
import { entryOf } from '@httpd-ts/kernel';
import type { Finding } from './finding.ts';

/** A directive that some module declares. */
export interface DirectiveEntry {
  /** As registered; a section's begins with `<`. */
  readonly name: string;
  readonly module: ModuleDefinition;
  readonly declaration: DirectiveDeclaration;
}

/** The directives of all modules by lower-case name. */
export function directiveIndex(modules: readonly ModuleDefinition[]): ReadonlyMap<string, DirectiveEntry> {
  const index = new Map<string, DirectiveEntry>();
  for (const module of modules) {
    for (const [name, declaration] of Object.entries(module.directives)) {
      if (!index.has(name.toLowerCase())) index.set(name.toLowerCase(), { name, module, declaration });
    }
  }
  return index;
}

/** The anchor of a directive in the generated documentation. */
export const directiveAnchor = (name: string) => name.replace('<', '').toLowerCase();

/** What the documentation has on a directive. */
export function describeDirective({
  name,
  module,
}: DirectiveEntry): Pick<Finding, 'summary' | 'documentation'> {
  return {
    summary: entryOf(module.summaries ?? {}, name),
    documentation: `docs/directives.md#${directiveAnchor(name)}`,
  };
}
