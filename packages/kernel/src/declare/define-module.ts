import type { DirectiveDeclaration } from './directive.ts';
import type { HookDeclaration } from './hooks.ts';
import type { ProvidedName } from './providers.ts';

/** An Apache module: its directives, hooks and named providers, and nothing else. */
export interface ModuleDefinition {
  /** `mod_dir`; `core` for the core. */
  readonly name: string;
  /** As LoadModule and `-M` spell it: `dir_module`. */
  readonly identifier: string;
  /** The source file in httpd, such as `modules/mappers/mod_dir.c`; its base name is what IfModule and `-l` know. */
  readonly httpd: string;
  /** Compiled into Debian's server, hence there without LoadModule. */
  readonly isStatic?: boolean;
  /** Directives by name as registered; a section's name begins with `<`. */
  readonly directives: Readonly<Record<string, DirectiveDeclaration>>;
  /** What each directive is for, in one sentence; messages and `docs/directives.md` show it. */
  readonly summaries?: Readonly<Record<string, string>>;
  readonly hooks?: readonly HookDeclaration[];
  readonly providers?: readonly ProvidedName[];
}

/** Declares a module. */
export function defineModule(definition: ModuleDefinition): ModuleDefinition {
  return definition;
}
