import { join } from 'node:path/posix';
import { type Defines, entryOf, nextWord, type ResolvedNode, type ServedPlan, words } from '@httpd-ts/kernel';
import { mutexOwners } from '@httpd-ts/modules';

/** Where a packaged httpd has these when the configuration does not say. */
const usual = {
  documentRoot: '/var/www/html',
  runtimeDirectory: '/var/run/apache2',
  errorLog: 'logs/error_log',
};

/** What `-D DUMP_RUN_CFG` prints. httpd: server/core.c core_dump_config, server/util_mutex.c ap_dump_mutexes */
export function describeRunSettings(
  plan: ServedPlan,
  tree: readonly ResolvedNode[],
  commandLineDefines: readonly string[],
): string {
  const { settings } = plan;
  const { scoreBoardFile, pidFile, user, group, chroot } = plan.process;
  const absolute = (path: string) => (path.startsWith('/') ? path : join(settings.serverRoot, path));
  const documentRoot = lastWord(tree, 'documentroot') ?? usual.documentRoot;
  const runtime = settings.defaultRuntimeDir ?? usual.runtimeDirectory;
  const errorLog = plan.mainServer.errorLogName ?? usual.errorLog;
  const isFile = !/^(?:\||syslog(?::|$))/i.test(errorLog);
  return [
    `ServerRoot: "${settings.serverRoot}"`,
    `Main DocumentRoot: "${absolute(documentRoot)}"`,
    `Main ErrorLog: "${isFile ? absolute(errorLog) : errorLog}"`,
    ...(scoreBoardFile === undefined ? [] : [`ScoreBoardFile: "${absolute(scoreBoardFile)}"`]),
    ...mutexLines(plan, tree, `${runtime.replace(/\/$/, '')}/`),
    `PidFile: "${absolute(pidFile)}"`,
    ...defineLines(settings.defines, commandLineDefines),
    `User: ${account(user, (name) => plan.world.system.userId(name))}`,
    `Group: ${account(group, (name) => plan.world.system.groupId(name))}`,
    ...(chroot === undefined ? [] : [`ChrootDir: "${chroot}"`]),
    '',
  ].join('\n');
}

/** Names given twice on the command line are there twice. */
function defineLines(defines: Defines, commandLine: readonly string[]): string[] {
  const own = defines.names.filter((name) => !commandLine.includes(name));
  return [...commandLine.filter((name) => defines.has(name)), ...own].map((name) => {
    const value = defines.value(name);
    return `Define: ${name}${value === undefined ? '' : `=${value}`}`;
  });
}

/** A user or group; `#-1` is what httpd begins with. */
function account(name: string | undefined, idOf: (name: string) => number | undefined): string {
  if (name === undefined) return 'name="#-1" id=4294967295';
  return `name="${name}" id=${idOf(name) ?? 4_294_967_295}`;
}

/** The argument of a directive at server level where it stands last. */
function lastWord(tree: readonly ResolvedNode[], directive: string): string | undefined {
  const node = tree.findLast(
    ({ name, children }) => children === undefined && name.toLowerCase() === directive,
  );
  return node === undefined ? undefined : nextWord({ text: node.args, at: 0 });
}

/** The order of these lines is random in httpd. */
function mutexLines(plan: ServedPlan, tree: readonly ResolvedNode[], runtime: string): string[] {
  const configured = configuredMutexes(tree, runtime);
  const loaded = new Set(plan.modules.map(({ name }) => name));
  const registered = Object.keys(mutexOwners).filter((type) => loaded.has(entryOf(mutexOwners, type)!));
  const line = (type: string) => `Mutex ${type}: ${configured.get(type) ?? 'using_defaults'}`;
  const byDefault = configured.get('default') ?? `dir="${runtime}" mechanism=default `;
  return [`Mutex default: ${byDefault}`, ...registered.map(line)];
}

const mechanisms: Readonly<Record<string, string>> = {
  sem: 'posixsem',
  posixsem: 'posixsem',
  file: 'fcntl',
  fcntl: 'fcntl',
  flock: 'flock',
  sysvsem: 'sysvsem',
  pthread: 'pthread',
  default: 'default',
};

function configuredMutexes(tree: readonly ResolvedNode[], runtime: string): Map<string, string> {
  const configured = new Map<string, string>();
  for (const { name, args } of tree) {
    if (name.toLowerCase() !== 'mutex') continue;
    const [mechanism = 'default', ...rest] = words(args);
    const [method = '', directory = runtime] = mechanism.split(/:(.*)/s);
    const omitsPid = rest.some((word) => word.toLowerCase() === 'omitpid');
    const types = rest.filter((word) => word.toLowerCase() !== 'omitpid');
    const text =
      method === 'none' || method === 'no'
        ? 'none'
        : `dir="${directory}" mechanism=${entryOf(mechanisms, method) ?? method} ${omitsPid ? '[OmitPid]' : ''}`;
    for (const type of types.length === 0 ? ['default'] : types) configured.set(type, text);
  }
  return configured;
}
