import {
  type Compilation,
  type DirectiveContext,
  type DirectiveDeclaration,
  directive,
  type ErrorLogger,
  iterate,
  LOG_LEVELS,
  type LogEntry,
  type LogLevel,
  type LogWriter,
  NOT_IN,
  type RequestRecord,
  type ServerRecord,
  take1,
  take12,
  type World,
} from '@httpd-ts/kernel';
import { type CoreServerConfig, coreDirectory, coreServer, type LogLevels } from './core-config.ts';
import {
  compileErrorLogFormat,
  type ErrorLogFormat,
  type LogLine,
  renderDefaultLine,
  renderLogLine,
} from './error-log-format.ts';

const levelIndex = new Map<string, number>(LOG_LEVELS.map((level, index) => [level, index]));
const badLevel =
  'Log level keyword must be one of emerg/alert/crit/error/warn/notice/info/debug/trace1/.../trace8';
const defaultLevel: LogLevel = 'warn';

/** Notices, which tell of starts and ends, cannot be turned off. httpd: server/log.c log_error_core */
const isLogged = (level: LogLevel, configured: LogLevel) =>
  level === 'notice' || levelIndex.get(level)! <= levelIndex.get(configured)!;

const levelOf = (word: string) => {
  const lower = word.toLowerCase();
  return levelIndex.has(lower) ? (lower as LogLevel) : undefined;
};

/** The name of a module in the log, from any name that configuration has for it. httpd: ap_find_module_short_name */
export function shortModuleName(name: string): string {
  return name
    .replace(/\.c$/, '')
    .replace(/_module$/, '')
    .replace(/^mod_/, '');
}

/** The most that any directive asks of a server, so that what nobody wants is seen at once. */
function loudestOf(server: ServerRecord): number {
  const levels = coreServer.at(server.config).logLevels;
  const all = [levels?.level ?? defaultLevel, ...(levels?.modules?.values() ?? [])];
  return Math.max(...all.map((level) => levelIndex.get(level)!));
}

/** Whether a module is loaded under the name LogLevel gives: its file, its identifier, or that without `_module`. */
function isModule(name: string, cmd: DirectiveContext): boolean {
  if (/(?:\.c|_module)$/.test(name) && cmd.hasModule(name)) return true;
  tell(cmd, 'trace6', `core.c(3507): Cannot find module '${name}', trying '${name}_module'`);
  return cmd.hasModule(`${name}_module`);
}

/** The file that a module is built from, as httpd names it. */
function moduleFile(name: string): string {
  const short = shortModuleName(name);
  if (short === 'core') return 'core.c';
  if (short === 'http' || short === 'http_core') return 'http_core.c';
  return short.startsWith('mpm_') ? `${short.slice(4)}.c` : `mod_${short}.c`;
}

/** What httpd says of LogLevel itself, if the level in force asks for it. */
function tell(cmd: DirectiveContext, level: LogLevel, text: string): void {
  if (cmd.server.wantsWhileCompiling?.('core', level)) cmd.warn(`[core:${level}] ${text}`, true);
}

/** httpd: server/core.c set_loglevel */
function setLogLevel(levels: LogLevels, word: string, cmd: DirectiveContext): string | undefined {
  const colon = word.lastIndexOf(':');
  if (colon < 0) {
    const level = levelOf(word);
    if (level === undefined) return badLevel;
    levels.level = level;
    delete levels.modules;
    tell(cmd, 'trace3', `core.c(3490): Setting LogLevel for all modules to ${word}`);
    return undefined;
  }
  const name = word.slice(0, colon);
  const text = word.slice(colon + 1);
  if (text === '') return `Module specifier '${name}' must be followed by a log level keyword`;
  const level = levelOf(text);
  if (level === undefined) return `${name}:${text}: ${badLevel}`;
  if (!isModule(name, cmd)) return `Cannot find module ${name}`;
  levels.modules ??= new Map();
  levels.modules.set(shortModuleName(name), level);
  tell(cmd, 'trace3', `core.c(3517): Setting LogLevel for module ${moduleFile(name)} to ${text}`);
  return undefined;
}

/** The level in force for a module: the request's directory before its server. httpd: ap_get_request_module_loglevel */
function levelFor(module: string, server: ServerRecord, request: RequestRecord | undefined): LogLevel {
  const local = request === undefined ? undefined : coreDirectory.of(request).logLevels;
  const found = local?.modules?.get(module) ?? local?.level;
  if (found !== undefined) return found;
  const levels = coreServer.at(server.config).logLevels;
  return levels?.modules?.get(module) ?? levels?.level ?? defaultLevel;
}

interface Formats {
  readonly main: ErrorLogFormat | undefined;
  readonly connection: readonly ErrorLogFormat[];
  readonly request: readonly ErrorLogFormat[];
}

const usable = (format: string, isMain: boolean) => {
  const compiled = compileErrorLogFormat(format, isMain);
  return typeof compiled === 'string' ? [] : [compiled];
};

function formatsOf(config: CoreServerConfig): Formats {
  return {
    main: config.errorLogFormat === undefined ? undefined : usable(config.errorLogFormat, true)[0],
    connection: (config.connectionLogFormats ?? []).flatMap((format) => usable(format, false)),
    request: (config.requestLogFormats ?? []).flatMap((format) => usable(format, false)),
  };
}

/** Marks a request whose opening lines are written. */
const openedRequest = { name: 'error log lines of the request' };
const openedConnection = 'error-log-opened';

/** Lines that go before a connection's and a request's first message. httpd: server/log.c log_error_core */
function openingLines(formats: Formats, line: LogLine, level: number): string {
  const connection = line.connection ?? line.request?.connection;
  const { message: _message, error: _error, ...bare } = line;
  let text = '';
  const add = (list: readonly ErrorLogFormat[], from: LogLine) => {
    for (const format of list) {
      const rendered = renderLogLine(format, from, level);
      if (rendered !== '') text += `${rendered}\n`;
    }
  };
  if (formats.connection.length > 0 && connection !== undefined && !connection.notes.has(openedConnection)) {
    connection.notes.set(openedConnection, true);
    const { request: _request, ...ofConnection } = bare;
    add(formats.connection, { ...ofConnection, connection });
  }
  if (formats.request.length > 0 && line.request !== undefined && !line.request.state(openedRequest)) {
    line.request.setState(openedRequest, true);
    add(formats.request, bare);
  }
  return text;
}

/** A logger that writes what LogLevel asks for, in the server's format. */
export function errorLogger(server: ServerRecord, world: World, writer: LogWriter): ErrorLogger {
  const formats = formatsOf(coreServer.at(server.config));
  const loudest = loudestOf(server);
  return {
    wants(module, level, request) {
      const index = levelIndex.get(level)!;
      const isOwnLevel = request !== undefined && coreDirectory.of(request).logLevels !== undefined;
      if (index > loudest && !isOwnLevel && level !== 'notice') return false;
      return isLogged(level, levelFor(shortModuleName(module), server, request));
    },
    write(entry: LogEntry) {
      const line: LogLine = {
        ...entry,
        module: shortModuleName(entry.module),
        world,
        timeMs: world.clock.now(),
      };
      const level = levelIndex.get(entry.level)!;
      const text =
        formats.main === undefined ? renderDefaultLine(line) : renderLogLine(formats.main, line, level);
      if (text !== '') writer.write(`${openingLines(formats, line, level)}${text}\n`);
    },
    writeText: (text) => writer.write(text),
  };
}

const isFile = (name: string) => !name.startsWith('|') && !/^syslog(?::|$)/.test(name);
const defaultErrorLog = 'logs/error_log';

const absolute = (compilation: Compilation, path: string) =>
  path.startsWith('/') ? path : `${compilation.settings.serverRoot.replace(/\/+$/, '')}/${path}`;

/** Refuses error logs in directories that are not there. httpd: server/core.c check_errorlog_dir */
export function checkErrorLogs(compilation: Compilation): void {
  const { mainServer, servers, world } = compilation;
  const seen = new Set<string>();
  for (const server of servers) {
    const name = server.errorLogName;
    if (name === undefined || !isFile(name) || seen.has(name)) continue;
    seen.add(name);
    const path = absolute(compilation, name);
    const directory = path.slice(0, path.lastIndexOf('/') + 1);
    const info = world.files.stat(directory);
    if (typeof info !== 'string' && info.type === 'directory') continue;
    const { file, line } = server.definedAt ?? { file: '', line: 0 };
    const whose = server === mainServer ? 'main error log' : `error log of vhost defined at ${file}:${line}`;
    compilation.refuse(
      `(2)No such file or directory: AH02291: Cannot access directory '${directory}' for ${whose}\nAH00014: Configuration check failed`,
    );
    return;
  }
}

/** Opens each error log once and gives every server its logger. httpd: server/log.c ap_open_logs */
export function openErrorLogs(compilation: Compilation): void {
  const { servers, world } = compilation;
  const writers = new Map<string, LogWriter>();
  for (const server of servers) {
    const name = server.errorLogName ?? defaultErrorLog;
    const target = isFile(name) ? absolute(compilation, name) : name;
    const writer = writers.get(target) ?? world.logs.open(target, { unbuffered: true });
    writers.set(target, writer);
    server.errorLogger = errorLogger(server, world, writer);
  }
}

/** httpd: server/core.c set_errorlog_format */
function setErrorLogFormat(
  config: CoreServerConfig,
  [first, second]: readonly [string, string?],
  { server, world }: DirectiveContext,
): string | undefined {
  const format = second ?? first;
  const kind = second === undefined ? 'main' : first.toLowerCase();
  if (kind !== 'main' && kind !== 'request' && kind !== 'connection') {
    return 'ErrorLogFormat type must be one of request, connection';
  }
  const compiled = compileErrorLogFormat(format, kind === 'main');
  if (typeof compiled === 'string') return compiled;
  if (kind === 'main' && !compiled.some((item) => item.kind === 'message'))
    return "main ErrorLogFormat must contain message format string '%M'";
  if (kind === 'main') {
    config.errorLogFormat = format;
    server.formatWhileCompiling = (entry) =>
      renderLogLine(compiled, { ...entry, world, timeMs: world.clock.now() }, levelIndex.get(entry.level)!);
  }
  if (kind === 'request') config.requestLogFormats = [...(config.requestLogFormats ?? []), format];
  if (kind === 'connection') config.connectionLogFormats = [...(config.connectionLogFormats ?? []), format];
  return undefined;
}

/** Where messages go, which of them, and in what form. */
export const errorLogDirectives = {
  ErrorLog: directive({
    args: take1,
    context: 'server',
    usage: 'The filename of the error log',
    default: defaultErrorLog,
    notIn: NOT_IN.directorySections | NOT_IN.limit,
    set(_config, name, cmd) {
      cmd.server.errorLogName = name;
    },
  }),
  ErrorLogFormat: coreServer.directive({
    args: take12,
    context: 'server',
    usage: 'Format string for the ErrorLog',
    notIn: NOT_IN.directorySections | NOT_IN.limit,
    support: {
      partial: '%F (file and line of the source) is always missing',
      bites: (args) => /%(?:\{[^}]*\})?[-+\d,]*F/.test(args),
    },
    set: setErrorLogFormat,
  }),
  LogLevel: directive({
    args: iterate,
    context: 'server, directory',
    usage: 'Level of verbosity in error logging',
    keywords: LOG_LEVELS,
    default: defaultLevel,
    set(_config, word, cmd) {
      const holder =
        cmd.path === undefined ? coreServer.draft(cmd.server.config) : coreDirectory.draft(cmd.directory);
      holder.logLevels ??= {};
      const levels = holder.logLevels;
      if (cmd.path === undefined) {
        cmd.server.wantsWhileCompiling = (module, level) =>
          isLogged(level, levels.modules?.get(module) ?? levels.level ?? defaultLevel);
      }
      return setLogLevel(levels, word, cmd);
    },
  }),
} satisfies Record<string, DirectiveDeclaration>;
