import {
  compile,
  type Files,
  type ModuleDefinition,
  resolve,
  type ServedPlan,
  type Settings,
  type World,
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

function withFile(files: Files, path: string, text: string): Files {
  const info = {
    type: 'file',
    size: text.length,
    mtimeMs: 0,
    inode: 0,
    device: 0,
    mode: 0o100644,
    uid: 0,
    gid: 0,
  } as const;
  return {
    ...files,
    stat: (asked) => (asked === path ? info : files.stat(asked)),
    readText: (asked) => (asked === path ? { text } : files.readText(asked)),
  };
}

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
    defines: new Map(),
    checkOnly: true,
    anyDocumentRoot: true,
    configFile: mainFile,
  };
  const around: World = { ...world, files: withFile(world.files, mainFile, textFor(directory, name)) };
  const options = { settings, modules, configFile: mainFile, assumeModules };
  const { tree, memory, modules: loaded, diagnostics } = resolve({ world: around, ...options });
  if (diagnostics.some(({ severity }) => severity === 'error')) return undefined;
  return compile({ tree, settings, world: around, modules: loaded, memory }).plan;
}
