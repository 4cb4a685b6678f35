import { type DirectiveDeclaration, type ModuleDefinition, OVERRIDE } from '@httpd-ts/kernel';

const sourceFile = ({ httpd }: ModuleDefinition) => httpd.slice(httpd.lastIndexOf('/') + 1);

/** What `-l` prints. httpd: server/config.c ap_show_modules */
export function describeStaticModules(modules: readonly ModuleDefinition[]): string {
  const lines = modules.filter(({ isStatic }) => isStatic).map((module) => `  ${sourceFile(module)}\n`);
  return `Compiled in modules:\n${lines.join('')}`;
}

/** What `-M` prints: the loaded modules in load order. httpd: modules/core/mod_so.c dump_loaded_modules */
export function describeModules(modules: readonly ModuleDefinition[]): string {
  const lines = modules.map(
    ({ identifier, isStatic }) => ` ${identifier} (${isStatic ? 'static' : 'shared'})\n`,
  );
  return `Loaded Modules:\n${lines.join('')}`;
}

/** What `-L` prints: every directive with its usage and places. httpd: server/config.c ap_show_directives */
export function describeDirectives(modules: readonly ModuleDefinition[]): string {
  return modules
    .flatMap((module) =>
      Object.entries(module.directives).map(
        ([name, declaration]) =>
          `${name} (${sourceFile(module)})\n\t${declaration.usage ?? ''}\n\t${places(declaration, sourceFile(module))}\n`,
      ),
    )
    .join('');
}

const inside = '<Directory>, <Files>, <Location>, or <If>';

/** Classes that hold outside of per-directory sections too. */
const serverClasses = OVERRIDE.rsrcConf | OVERRIDE.Options | OVERRIDE.FileInfo | OVERRIDE.Indexes;

/** Modules that keep nothing by directory although their directives may stand there. httpd: no create_dir_config */
const withoutDirectoryRecords = new Set([
  'mod_macro.c',
  'mod_md.c',
  'mod_proxy_express.c',
  'mod_proxy_hcheck.c',
  'mod_version.c',
]);

/** httpd: server/config.c show_overrides */
function places({ requiredOverride: bits }: DirectiveDeclaration, source: string): string {
  const isDirectory = (bits & (OVERRIDE.accessConf | OVERRIDE.all)) !== 0;
  const scope = fileScope((bits & serverClasses) !== 0, isDirectory);
  const remark = isDirectory && withoutDirectoryRecords.has(source) ? ' [no per-dir config]' : '';
  return `Allowed in *.conf ${scope}${remark}${htaccessScope(bits)}`;
}

function fileScope(isServer: boolean, isDirectory: boolean): string {
  if (isServer && isDirectory) return 'anywhere';
  return isServer ? `only outside ${inside}` : `only inside ${inside}`;
}

function htaccessScope(bits: number): string {
  const classes = bits & OVERRIDE.all;
  if (classes === 0) return '';
  const names = (['AuthConfig', 'Limit', 'Options', 'FileInfo', 'Indexes'] as const).filter(
    (name) => (classes & OVERRIDE[name]) !== 0,
  );
  const when = classes === OVERRIDE.all ? "isn't None" : `includes ${names.join(' or ')}`;
  return ` and in .htaccess\n\twhen AllowOverride ${when}`;
}
