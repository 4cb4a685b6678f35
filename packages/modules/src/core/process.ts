import {
  type DirectiveContext,
  type DirectiveDeclaration,
  directive,
  entryOf,
  flag,
  iterate,
  NOT_IN,
  nextWord,
  processSettings,
  type RegexDefaults,
  rawArguments,
  regexDefaults,
  take1,
  take2,
  take12,
  words,
} from '@httpd-ts/kernel';
import { type CoreServerConfig, coreDirectory, coreServer } from './core-config.ts';
import { mutexOwners } from './mutex-owners.ts';
import { leadingOffset, wholeInteger } from './parse-number.ts';

const outside = NOT_IN.directorySections | NOT_IN.limit;

/** A directive that is read and has nothing to rule here. */
function withoutEffect(
  reason: string,
  usage: string,
  usual?: string,
  check: (word: string, name: string) => string | undefined = () => undefined,
) {
  return directive<string>({
    args: take1,
    context: 'server',
    usage,
    ...(usual === undefined ? {} : { default: usual }),
    notIn: NOT_IN.anySection,
    support: { accepted: reason },
    set: (_config, word, { name }) => check(word, name),
  });
}

/** httpd: server/mpm_common.c ap_mpm_set_max_mem_free */
const sizeComplaint = (word: string, name: string) =>
  (leadingOffset(word) ?? -1) < 0 ? `Invalid ${name} value: ${word}` : undefined;

const resourceLimit = (usage: string) =>
  coreDirectory.directive({
    args: take12,
    context: 'anywhere',
    override: 'All',
    usage,
    support: { partial: 'scripts run without these limits' },
    set: () => undefined,
  });

const mutexMechanisms =
  "'none', 'default', 'flock:/path/to/file', 'fcntl:/path/to/file', 'file:/path/to/file', 'pthread', 'sysvsem', 'posixsem', 'sem'";
const isMutexType = (type: string, cmd: DirectiveContext) =>
  type === 'default' || cmd.hasModule(entryOf(mutexOwners, type) ?? '');

/** Types are looked at from the last to the first. httpd: server/util_mutex.c ap_set_mutex */
function checkMutex(raw: string, cmd: DirectiveContext): string | undefined {
  const [mechanism, ...names] = words(raw);
  if (mechanism === undefined || mechanism === '') {
    return `Mutex requires at least a mechanism argument (Mutex mechanisms are: ${mutexMechanisms})`;
  }
  const [written = '', path] = mechanism.split(/:(.*)/s, 2);
  const method = written.toLowerCase();
  if (!/^(?:default|yes|none|no|pthread|sysvsem|posixsem|sem|file|flock|fcntl)$/.test(method)) {
    return `Invalid Mutex argument ${mechanism} (Mutex mechanisms are: ${mutexMechanisms})`;
  }
  if (path !== undefined) {
    const info = cmd.world.files.stat(cmd.serverRootRelative(path));
    if (typeof info === 'string' || info.type !== 'directory') {
      return `Invalid Mutex directory in argument ${mechanism}`;
    }
  }
  const isNone = method === 'none' || method === 'no';
  const types = names.filter((name) => name.toLowerCase() !== 'omitpid');
  for (const type of types.length === 0 ? ['default'] : types.toReversed()) {
    const lower = type.toLowerCase();
    if (!isMutexType(lower, cmd)) return `Mutex type ${type} is not valid`;
    if (isNone) return `None is not allowed for mutex type ${lower}`;
  }
  return undefined;
}

/** A number of bytes or responses within bounds. httpd: server/core.c set_flush_max_threshold */
function bounded(
  field: 'flushMaxThreshold' | 'flushMaxPipelined',
  usage: string,
  lowest: number,
  highest: number,
  shown: string,
) {
  return coreServer.directive<string>({
    args: take1,
    context: 'server',
    usage,
    notIn: outside,
    support: { accepted: 'responses are flushed by the writer of the connection' },
    set(config: CoreServerConfig, word) {
      const value = wholeInteger(word);
      if (value === undefined || value < lowest || value > highest) {
        return `parameter must be a number between ${lowest} and ${shown}: ${word}`;
      }
      config[field] = value;
      return undefined;
    },
  });
}

const ownProcesses = 'processes and threads are managed otherwise here';

/** What concerns the process rather than requests. */
export const processDirectives = {
  PidFile: directive({
    args: take1,
    context: 'server',
    usage: 'A file for logging the server process ID',
    default: 'logs/httpd.pid',
    notIn: NOT_IN.anySection,
    set(_config, path, cmd) {
      processSettings(cmd).pidFile = path;
    },
  }),
  ScoreBoardFile: directive({
    args: take1,
    context: 'server',
    usage: 'A file for Apache to maintain runtime process management information',
    notIn: NOT_IN.anySection,
    support: { accepted: 'the scoreboard is kept in memory' },
    set(_config, path, cmd) {
      processSettings(cmd).scoreBoardFile = path;
    },
  }),
  CoreDumpDirectory: directive({
    args: take1,
    context: 'server',
    usage: 'The location of the directory Apache changes to before dumping core',
    notIn: NOT_IN.anySection,
    support: { accepted: 'no core files are written' },
    set(_config, path, cmd) {
      const absolute = cmd.serverRootRelative(path);
      const info = cmd.world.files.stat(absolute);
      if (typeof info === 'string') return `CoreDumpDirectory ${absolute} does not exist`;
      if (info.type !== 'directory') return `CoreDumpDirectory ${absolute} is not a directory`;
      processSettings(cmd).coreDumpDirectory = absolute;
      return undefined;
    },
  }),
  ExtendedStatus: directive({
    args: flag,
    context: 'server',
    usage: '"On" to track extended status information, "Off" to disable',
    default: 'Off',
    notIn: NOT_IN.anySection,
    set(_config, on, cmd) {
      processSettings(cmd).extendedStatus = on;
    },
  }),
  SeeRequestTail: directive({
    args: flag,
    context: 'server',
    usage:
      'For extended status, "On" to see the last 63 chars of the request line, "Off" (default) to see the first 63',
    default: 'Off',
    notIn: NOT_IN.anySection,
    set(_config, on, cmd) {
      processSettings(cmd).seeRequestTail = on;
    },
  }),
  Mutex: directive({
    args: rawArguments,
    context: 'server',
    usage: 'mutex (or "default") and mechanism',
    default: 'default',
    notIn: NOT_IN.anySection,
    support: { accepted: 'threads share state without files or semaphores' },
    set: (_config, raw, cmd) => checkMutex(raw, cmd),
  }),
  MaxMemFree: withoutEffect(
    ownProcesses,
    "Maximum number of 1k blocks a particular child's allocator may hold.",
    undefined,
    sizeComplaint,
  ),
  ThreadStackSize: withoutEffect(
    ownProcesses,
    'Size in bytes of stack used by threads handling client connections',
    undefined,
    sizeComplaint,
  ),
  MaxConnectionsPerChild: withoutEffect(
    ownProcesses,
    'Maximum number of connections a particular child serves before dying.',
    '0',
  ),
  MaxRequestsPerChild: withoutEffect(
    ownProcesses,
    'Maximum number of connections a particular child serves before dying. (DEPRECATED, use MaxConnectionsPerChild)',
  ),
  AcceptFilter: directive({
    args: take2,
    context: 'server',
    usage: 'Set the Accept Filter to use for a protocol',
    notIn: NOT_IN.anySection,
    support: { accepted: 'connections are accepted without filters of the system' },
    set: () => undefined,
  }),
  ReadBufferSize: coreDirectory.directive({
    args: take1,
    context: 'server, directory',
    usage: 'Size (in bytes) of the memory buffers used to read data',
    default: '8192',
    support: { accepted: 'buffers have the size that suits the system' },
    set(config, word) {
      const value = wholeInteger(word);
      if (value === undefined || value < 0 || value > 4_294_967_295) {
        return `parameter must be a number between 0 and (4294967295U)): ${word}`;
      }
      config.readBufferSize = value;
      return undefined;
    },
  }),
  FlushMaxThreshold: bounded(
    'flushMaxThreshold',
    'Maximum threshold above which pending data are flushed to the network',
    0,
    4_294_967_295,
    '(4294967295U))',
  ),
  FlushMaxPipelined: bounded(
    'flushMaxPipelined',
    'Maximum number of pipelined responses (pending) above which they are flushed to the network',
    -1,
    2_147_483_647,
    '(2147483647)',
  ),
  RLimitCPU: resourceLimit('Soft/hard limits for max CPU usage in seconds'),
  RLimitMEM: resourceLimit('Soft/hard limits for max memory usage per process'),
  RLimitNPROC: resourceLimit('soft/hard limits for max number of processes per uid'),
  Protocol: coreServer.directive({
    args: take1,
    context: 'server',
    usage: 'Set the Protocol for httpd to use.',
    notIn: outside,
    set(config, name) {
      config.protocol = name.toLowerCase();
    },
  }),
  Protocols: coreServer.directive({
    args: iterate,
    context: 'server',
    usage: 'Controls which protocols are allowed',
    default: 'http/1.1',
    notIn: outside,
    set(config, name) {
      config.protocols = [...(config.protocols ?? []), name.toLowerCase()];
    },
  }),
  ProtocolsHonorOrder: coreServer.directive({
    args: take1,
    context: 'server',
    usage:
      "'off' (default) or 'on' to respect given order of protocols, by default the client specified order determines selection",
    default: 'On',
    notIn: outside,
    set(config, word) {
      const mode = word.toLowerCase();
      if (mode !== 'on' && mode !== 'off') return "ProtocolsHonorOrder must be 'on' or 'off'";
      config.protocolsHonorOrder = mode === 'on';
      return undefined;
    },
  }),
  MergeSlashes: coreServer.directive({
    args: flag,
    context: 'server',
    usage: 'Controls whether consecutive slashes in the URI path are merged',
    default: 'On',
    notIn: outside,
    set(config, on) {
      config.mergeSlashes = on;
    },
  }),
  Port: directive({
    args: take1,
    context: 'server',
    usage: 'Port was replaced with Listen in Apache 2.0',
    set: () => 'Port was replaced with Listen in Apache 2.0',
  }),
  Error: directive({
    args: rawArguments,
    context: 'anywhere',
    override: 'All',
    usage: 'Generate error message from within configuration',
    set: (_config, raw) => errorText(raw),
  }),
  RegexDefaultOptions: directive({
    args: rawArguments,
    context: 'server',
    usage: "default options for regexes (prefixed by '+' to add, '-' to del)",
    default: 'DOTALL DOLLAR_ENDONLY',
    notIn: NOT_IN.anySection,
    set: (_config, raw, cmd) => setRegexDefaults(raw, regexDefaults(cmd.memory)),
  }),
} satisfies Record<string, DirectiveDeclaration>;

/** httpd: server/core.c generate_message */
function errorText(raw: string): string {
  if (raw === '') return 'The Error directive was used with no message.';
  // A lone quote opens and ends the text.
  return /^["']$/.test(raw) ? '' : (/^(["'])([\s\S]*)\1$/.exec(raw)?.[2] ?? raw);
}

const regexOptions: Readonly<Record<string, keyof RegexDefaults>> = {
  icase: 'caseless',
  dotall: 'dotAll',
  dollar_endonly: 'dollarEndOnly',
};

/** An option without a sign takes the place of all before it. httpd: server/core.c set_regex_default_options */
function setRegexDefaults(raw: string, defaults: RegexDefaults): string | undefined {
  const cursor = { text: raw, at: 0 };
  const clear = () => Object.assign(defaults, { caseless: false, dotAll: false, dollarEndOnly: false });
  for (let word = nextWord(cursor); word !== ''; word = nextWord(cursor)) {
    if (word.toLowerCase() === 'none') {
      clear();
      continue;
    }
    const [, sign, name] = /^([+-]?)([\s\S]*)$/.exec(word)!;
    const option = entryOf(regexOptions, name!.toLowerCase());
    if (option === undefined) return `RegexDefaultOptions: option '${name}' unknown`;
    if (sign === '') clear();
    defaults[option] = sign !== '-';
  }
  return undefined;
}
