import {
  compile,
  Defines,
  type ModuleDefinition,
  resolve,
  type ServedPlan,
  type Settings,
  type World,
  withTextFile,
} from '@httpd-ts/kernel';

const mainFile = '/httpd-ts-around-htaccess.conf';

/** A server that serves the directory of a `.htaccess` with all that the file may set. */
const textFor = (directory: string, name: string) => `ServerName localhost
Listen 80
AccessFileName "${name}"
DocumentRoot "${directory}"
<Directory "${directory}">
  AllowOverride All
  Options FollowSymLinks
  Require all granted
</Directory>
`;

/** A plan to ask what a `.htaccess` makes of requests; undefined where none can be made around it. */
export function htaccessPlan(
  world: World,
  file: string,
  modules: readonly ModuleDefinition[],
  assumeModules: readonly string[],
): ServedPlan | undefined {
  if (/["\\\n]/.test(file)) return undefined;
  const slash = file.lastIndexOf('/');
  const [directory, name] = [file.slice(0, slash) || '/', file.slice(slash + 1)];
  const settings: Settings = {
    serverRoot: '/',
    defaultRuntimeDir: undefined,
    defines: new Defines(),
    checkOnly: true,
    anyDocumentRoot: true,
    configFile: mainFile,
  };
  const around: World = { ...world, files: withTextFile(world.files, mainFile, textFor(directory, name)) };
  const options = { settings, modules, configFile: mainFile, assumeModules };
  const { tree, memory, modules: loaded, diagnostics } = resolve({ world: around, ...options });
  if (diagnostics.some(({ severity }) => severity === 'error')) return undefined;
  return compile({ tree, settings, world: around, modules: loaded, memory }).plan;
}
