import {
  type CompileResult,
  compile,
  Defines,
  type Diagnostic,
  type Files,
  type LogLevel,
  type ModuleDefinition,
  type ResolveResult,
  resolve,
  type Settings,
  type World,
} from '@httpd-ts/kernel';
import type { ConfigTree } from './find-tree.ts';

/** What a configuration is read with. */
export interface CheckInput extends ConfigTree {
  readonly world: World;
  readonly modules: readonly ModuleDefinition[];
  readonly defines?: readonly string[];
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  readonly assumeModules?: readonly string[];
  /** False after `-T`. */
  readonly checkDocumentRoot?: boolean;
  /** `-e`. */
  readonly startupLevel?: LogLevel | undefined;
}

/** A configuration that was read and, if that went well, carried out. */
export interface Checked {
  readonly settings: Settings;
  readonly resolved: ResolveResult;
  /** Undefined where reading failed or was all that was wanted. */
  readonly compiled: CompileResult | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads the files only, which settles the modules and the defines. */
export function readConfiguration(input: CheckInput): Checked {
  const { world, modules, configFile, before = [], after = [], assumeModules = [] } = input;
  const settings: Settings = {
    serverRoot: input.serverRoot,
    defaultRuntimeDir: undefined,
    defines: new Defines((input.defines ?? []).map((name) => [name, undefined])),
    checkOnly: true,
    anyDocumentRoot: input.checkDocumentRoot === false,
    startupLevel: input.startupLevel,
    configFile,
  };
  const resolved = resolve({ world, settings, modules, configFile, before, after, assumeModules });
  return { settings, resolved, compiled: undefined, diagnostics: resolved.diagnostics };
}

/** Gives the verdict on a configuration that was read, as `-t` does. */
export function carryOutConfiguration(read: Checked, world: World): Checked {
  const { settings, resolved } = read;
  if (hasError(read.diagnostics)) return read;
  const { tree, modules, memory } = resolved;
  const compiled = compile({ tree, settings, world, modules, memory });
  return { settings, resolved, compiled, diagnostics: [...resolved.diagnostics, ...compiled.diagnostics] };
}

/** Whether a configuration is refused. */
export const hasError = (diagnostics: readonly Diagnostic[]) =>
  diagnostics.some(({ severity }) => severity === 'error');

/** Files in which directories that are about to be made are there already. */
export function withDirectories(files: Files, directories: readonly string[]): Files {
  const missing = new Set(directories.filter((path) => files.stat(path) === 'ENOENT'));
  if (missing.size === 0) return files;
  return {
    ...files,
    stat: (path) => files.stat(missing.has(path.replace(/(?<=.)\/+$/, '')) ? '/' : path),
  };
}
