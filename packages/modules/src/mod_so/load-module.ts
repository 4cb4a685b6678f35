import { entryOf, isShownAtStart, iterate, type Reader, type ResolvedNode, take2 } from '@httpd-ts/kernel';
import { readArguments } from '../core/contract.ts';
import { hasFolder, libraryComplaint, libraryPath, readLibrary } from './find-library.ts';
import { requiredSymbols } from './required-symbols.ts';

export const loadModuleUsage = 'a module name and the name of a shared object file to load it from';
export const loadFileUsage = 'shared object file or library to load into the server at runtime';

const nothing: readonly ResolvedNode[] = [];

/** Modules that LoadModule has loaded, so that a second line for one is passed over. */
const loadedKey = { name: 'modules loaded by LoadModule' };

const cannotLoad = (written: string, path: string, why: string) =>
  `Cannot load ${written} into server: ${path}: ${why}`;

// Neither core_module nor http_module: httpd looks for these in the file.
const staticModules = new Set([
  'so_module',
  'watchdog_module',
  'log_config_module',
  'logio_module',
  'version_module',
  'unixd_module',
]);

/** The identifier of the module that Apache keeps in a file of this name; undefined for any other file. */
function identifierOf(path: string, reader: Reader): string | undefined {
  const name = /(?:^|\/)mod_([^/]+)\.so$/.exec(path)?.[1];
  return name !== undefined && reader.isAvailable(`${name}_module`) ? `${name}_module` : undefined;
}

/**
 * Debian builds these into its server and refuses the line. Elsewhere they are files, and stock configurations load them.
 */
function builtIn(identifier: string, { world }: Reader): readonly ResolvedNode[] | string {
  const { platform } = world.system;
  if (platform !== 'Debian' && platform !== 'Ubuntu') return nothing;
  return `module ${identifier} is built-in and can't be loaded`;
}

/** `LoadModule identifier file`. httpd: modules/core/mod_so.c load_module */
export function loadModule(raw: string, reader: Reader): readonly ResolvedNode[] | string {
  return readArguments(take2, raw, { name: reader.name, usage: loadModuleUsage }, ([identifier, file]) => {
    const loaded = reader.memory(loadedKey, () => new Set<string>());
    if (loaded.has(identifier)) {
      reader.warn(`[so:warn] AH01574: module ${identifier} is already loaded, skipping`);
      return nothing;
    }
    if (staticModules.has(identifier)) return builtIn(identifier, reader);
    const complaint = loadFrom(identifier, file, reader) ?? reader.loadModule(identifier, file);
    if (complaint !== undefined) return complaint;
    loaded.add(identifier);
    if (isShownAtStart('debug', reader.settings.startupLevel)) {
      const path = libraryPath(file, reader);
      reader.warn(`[so:debug] mod_so.c(266): AH01575: loaded module ${identifier} from ${path}`);
    }
    return nothing;
  });
}

/**
 * What the loader would say. A file of Apache's own is taken as there when its whole folder is missing, since then
 * there is no Apache on this machine; no machine code is read of it in either case.
 */
function loadFrom(identifier: string, file: string, reader: Reader): string | undefined {
  const path = libraryPath(file, reader);
  const held = identifierOf(path, reader);
  const complaint = libraryComplaint(path, reader);
  if (complaint !== undefined) {
    const isAbsent = held === identifier && path.startsWith('/') && !hasFolder(path, reader);
    if (!isAbsent) return cannotLoad(file, path, complaint);
  }
  if (held === undefined) return loadForeign(identifier, file, path, reader);
  const required = entryOf(requiredSymbols, held);
  if (required !== undefined && !reader.hasModule(required.module)) {
    return cannotLoad(file, path, `undefined symbol: ${required.symbol}`);
  }
  return held === identifier ? undefined : noStructure(identifier, file, path);
}

const noStructure = (identifier: string, file: string, path: string) =>
  `Can't locate API module structure \`${identifier}' in file ${file}: ${path}: undefined symbol: ${identifier}`;

/** A file that is none of Apache's may hold one of its modules under another name. */
function loadForeign(identifier: string, file: string, path: string, reader: Reader): string | undefined {
  const library = readLibrary(path, reader);
  if ('complaint' in library) return cannotLoad(file, path, library.complaint);
  if (!library.text.includes(`\0${identifier}\0`)) return noStructure(identifier, file, path);
  if (reader.isAvailable(identifier)) return undefined;
  return `Cannot load ${file} into server: ${identifier} is not a module of Apache's own, and httpd-ts runs no machine code`;
}

/** `LoadFile library …`: nothing here needs them, but they must be there. httpd: load_file */
export function loadFile(raw: string, reader: Reader): readonly ResolvedNode[] | string {
  return readArguments(iterate, raw, { name: reader.name, usage: loadFileUsage }, (file) => {
    const path = libraryPath(file, reader);
    const complaint = libraryComplaint(path, reader);
    return complaint === undefined ? nothing : cannotLoad(file, path, complaint);
  });
}
