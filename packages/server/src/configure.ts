import {
  type CompileResult,
  compile,
  Defines,
  type Diagnostic,
  type ModuleDefinition,
  type ResolveResult,
  resolve,
  type ServedPlan,
  type Settings,
  type World,
} from '@httpd-ts/kernel';

/** What a configuration is read with. */
export interface ConfigurationSource {
  /** Absolute path of the main file. */
  readonly configFile: string;
  readonly serverRoot: string;
  readonly defines?: readonly (readonly [name: string, value: string | undefined])[];
  /** Lines of `-C` and `-c`. */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  /** Modules taken as loaded without LoadModule. */
  readonly assumeModules?: readonly string[];
  readonly allowUnsupported?: readonly string[];
  /** `-T`: a DocumentRoot need not exist. */
  readonly anyDocumentRoot?: boolean;
  /** Files as directives find them, where they differ from what requests find. */
  readonly filesAtStart?: World['files'];
  /** Called with the settings that reading the files has left. */
  onSettings?(settings: Settings): void;
}

/** A configuration read and compiled, or why it was not. */
export interface Configuration {
  readonly plan: ServedPlan | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly resolved: ResolveResult;
  readonly compiled: CompileResult | undefined;
  readonly settings: Settings;
}

/** Reads and compiles a configuration for serving. */
export function configure(
  source: ConfigurationSource,
  world: World,
  modules: readonly ModuleDefinition[],
): Configuration {
  const settings: Settings = {
    serverRoot: source.serverRoot,
    defaultRuntimeDir: undefined,
    defines: new Defines(source.defines),
    checkOnly: false,
    anyDocumentRoot: source.anyDocumentRoot ?? false,
    configFile: source.configFile,
  };
  const resolved = resolve({ world, settings, modules, ...source });
  source.onSettings?.(settings);
  if (resolved.diagnostics.some(({ severity }) => severity === 'error')) {
    return { plan: undefined, diagnostics: resolved.diagnostics, resolved, compiled: undefined, settings };
  }
  const compiled = compile({
    tree: resolved.tree,
    settings,
    world,
    modules: resolved.modules,
    memory: resolved.memory,
    allowUnsupported: source.allowUnsupported ?? [],
    filesAtStart: source.filesAtStart,
  });
  const diagnostics = [...resolved.diagnostics, ...compiled.diagnostics];
  return { plan: compiled.plan, diagnostics, resolved, compiled, settings };
}
