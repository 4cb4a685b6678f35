import {
  type DirectiveDeclaration,
  defineModule,
  iterate,
  type Reader,
  type ResolvedNode,
  readingDirective,
  take2,
} from '@httpd-ts/kernel';
import { readArguments } from '../core/contract.ts';

const loadModuleUsage = 'a module name and the name of a shared object file to load it from';
const loadFileUsage = 'shared object file or library to load into the server at runtime';
const nothing: readonly ResolvedNode[] = [];

/** Modules that LoadModule has loaded, so that a second line for one is passed over. */
const loadedKey = { name: 'modules loaded by LoadModule' };

const missing = (written: string, path: string) =>
  `Cannot load ${written} into server: ${path}: cannot open shared object file: No such file or directory`;

/** A module is known by its name; the file must be there where a path to it is given. httpd: modules/core/mod_so.c load_module */
function loadModule(raw: string, reader: Reader): readonly ResolvedNode[] | string {
  return readArguments(take2, raw, { name: reader.name, usage: loadModuleUsage }, ([identifier, file]) => {
    const loaded = reader.memory(loadedKey, () => new Set<string>());
    if (loaded.has(identifier)) {
      reader.warn(`[so:warn] AH01574: module ${identifier} is already loaded, skipping`);
      return nothing;
    }
    if (staticModules.has(identifier)) return `module ${identifier} is built-in and can't be loaded`;
    const complaint = reader.loadModule(identifier, file);
    if (complaint !== undefined)
      return isThere(file, reader) ? complaint : missing(file, loadPath(file, reader));
    loaded.add(identifier);
    return nothing;
  });
}

/** A name without a slash is left to the system's search. */
const loadPath = (file: string, reader: Reader) =>
  file.includes('/') ? reader.serverRootRelative(file) : file;

const isThere = (file: string, reader: Reader) =>
  file.includes('/') && typeof reader.world.files.stat(reader.serverRootRelative(file)) !== 'string';

const staticModules = new Set([
  'core_module',
  'so_module',
  'watchdog_module',
  'http_module',
  'log_config_module',
  'logio_module',
  'version_module',
  'unixd_module',
]);

function loadFile(raw: string, reader: Reader): readonly ResolvedNode[] | string {
  return readArguments(iterate, raw, { name: reader.name, usage: loadFileUsage }, (file) =>
    isThere(file, reader) ? nothing : missing(file, loadPath(file, reader)),
  );
}

/** LoadModule makes a module's directives known; no machine code is loaded. */
export const modSo = defineModule({
  name: 'mod_so',
  identifier: 'so_module',
  httpd: 'modules/core/mod_so.c',
  isStatic: true,
  directives: {
    LoadModule: readingDirective({
      context: 'server',
      style: 'TAKE2',
      usage: loadModuleUsage,
      read: loadModule,
    }),
    LoadFile: readingDirective({
      context: 'server',
      style: 'ITERATE',
      usage: loadFileUsage,
      support: { accepted: 'libraries for modules of machine code are not needed' },
      read: loadFile,
    }),
  } satisfies Record<string, DirectiveDeclaration>,
});
