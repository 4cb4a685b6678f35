import {
  type Compilation,
  type ConditionExpression,
  type ConfigView,
  type ExpressionCaptures,
  type FileError,
  type HookResult,
  type LogWriter,
  lastRequest,
  OK,
  perServer,
  type RequestRecord,
} from '@httpd-ts/kernel';
import { lookUpClientHost } from '../core/contract.ts';
import { commonLogFormat, compileLogFormat, type LogFormat } from './log-format.ts';
import { LogMoment } from './log-moment.ts';

/** A CustomLog, TransferLog or GlobalLog. */
export interface TransferLog {
  readonly target: string;
  /** A format or the nickname of one; undefined uses the server's default format. */
  readonly format: string | undefined;
  /** `env=`: written only when the variable is set, or with `!` when it is not. `expr=`: when it holds. */
  readonly condition:
    | { readonly variable: string; readonly wanted: boolean }
    | ConditionExpression
    | undefined;
  /** GlobalLog: written by virtual hosts with logs of their own, too. */
  readonly isGlobal: boolean;
  readonly file: string;
  readonly line: number;
}

interface LogConfig {
  defaultFormat?: string;
  /** Formats by nickname in lower case. */
  readonly formats: Map<string, string>;
  readonly logs: TransferLog[];
  /** The main server's logs, in a virtual host. */
  readonly inherited: readonly TransferLog[];
  /** What is written once the logs are open. */
  open?: readonly OpenLog[];
}

/** httpd: modules/loggers/mod_log_config.c merge_config_log_state */
export const logConfig = perServer<LogConfig>({
  create: () => ({ formats: new Map(), logs: [], inherited: [] }),
  merge: (outer, inner) => ({
    ...innerDefault(outer, inner),
    formats: new Map([...outer.formats, ...inner.formats]),
    logs: inner.logs,
    inherited: outer.logs,
  }),
});

function innerDefault(outer: LogConfig, inner: LogConfig): { defaultFormat?: string } {
  const format = inner.defaultFormat ?? outer.defaultFormat;
  return format === undefined ? {} : { defaultFormat: format };
}

interface OpenLog {
  readonly condition: TransferLog['condition'];
  readonly format: LogFormat;
  readonly writer: LogWriter;
  readonly needsHost: boolean;
}

/** Writer and format of a log, which servers that inherit it share. */
interface SharedLog {
  readonly writer: LogWriter;
  format: LogFormat | undefined;
}

const sharedLogs = { name: 'open transfer logs' };

/** Opens the logs of all servers and compiles their formats. httpd: init_config_log, open_multi_logs */
export function openTransferLogs(compilation: Compilation): void {
  const shared = compilation.memory(sharedLogs, () => new Map<TransferLog, SharedLog>());
  const configs = new Set(
    compilation.servers
      .filter(({ config }) => logConfig.isSet(config))
      .map(({ config }) => logConfig.at(config)),
  );
  const chosen = [...configs].map((config) => {
    const own = config.logs.length > 0 ? config.logs : config.inherited;
    for (const log of own) openShared(log, config, shared, compilation);
    return {
      config,
      logs: [...config.logs, ...config.inherited.filter((log) => log.isGlobal || config.logs.length === 0)],
    };
  });
  for (const { config, logs } of chosen) {
    const fallback = namedFormat(config.defaultFormat ?? commonLogFormat, config, compilation)!;
    config.open = logs.flatMap((log) => {
      const open = shared.get(log);
      if (open === undefined) return [];
      const format = open.format ?? fallback;
      return [
        { condition: log.condition, writer: open.writer, format, needsHost: format.specifiers.has('h') },
      ];
    });
  }
}

/** The nicknames of the last server that uses a shared log decide about its format, as in httpd. */
function openShared(
  log: TransferLog,
  config: LogConfig,
  shared: Map<TransferLog, SharedLog>,
  compilation: Compilation,
): void {
  const format = log.format === undefined ? undefined : namedFormat(log.format, config, compilation);
  const known = shared.get(log);
  if (known !== undefined) {
    if (log.format !== undefined && config.formats.has(log.format.toLowerCase())) known.format = format;
    return;
  }
  const target = absoluteTarget(log, compilation);
  if (!log.target.startsWith('|')) {
    const info = compilation.world.files.stat(target);
    if (typeof info === 'object' && info.type === 'directory') {
      compilation.refuse(
        `(21)Is a directory: AH00649: could not open transfer log file ${target}.\nAH00015: Unable to open logs`,
      );
      return;
    }
  }
  shared.set(log, { writer: compilation.world.logs.open(target), format });
}

function namedFormat(format: string, config: LogConfig, compilation: Compilation): LogFormat | undefined {
  const named =
    config.formats.get(format.toLowerCase()) ?? (/^clf$/i.test(format) ? commonLogFormat : format);
  const compiled = compileLogFormat(named, compilation.providers);
  return typeof compiled === 'string' ? undefined : compiled;
}

function absoluteTarget({ target }: TransferLog, { settings }: Compilation): string {
  return target.startsWith('|') || target.startsWith('/') ? target : `${settings.serverRoot}/${target}`;
}

const errorTexts: Partial<Record<FileError, string>> = {
  ENOENT: '(2)No such file or directory',
  EACCES: '(13)Permission denied',
  ENOTDIR: '(20)Not a directory',
  ENAMETOOLONG: '(36)File name too long',
  ELOOP: '(40)Too many levels of symbolic links',
};

/** Every log file must have its directory. httpd: check_log_dir */
export function checkLogDirectories(compilation: Compilation): void {
  const configs = new Set(compilation.servers.map(({ config }) => logConfig.at(config)));
  const logs = new Set([...configs].flatMap((config) => config.logs));
  for (const log of logs) {
    if (log.target.startsWith('|')) continue;
    const target = absoluteTarget(log, compilation);
    const directory = target.slice(0, target.lastIndexOf('/') + 1);
    const info = compilation.world.files.stat(directory);
    if (typeof info === 'object' && info.type === 'directory') continue;
    const error =
      typeof info === 'object' ? errorTexts.ENOTDIR : (errorTexts[info] ?? '(5)Input/output error');
    compilation.refuse(
      `${error}: AH02297: Cannot access directory '${directory}' for log file '${log.target}' defined at ${log.file}:${log.line}\nAH00014: Configuration check failed`,
    );
  }
}

/** Whether requests of a server are logged at all. */
export function hasLogs(view: ConfigView): boolean {
  return (logConfig.of(view).open ?? []).length > 0;
}

/** httpd: multi_log_transaction */
export function logTransactions(request: RequestRecord): HookResult {
  const { open = [] } = logConfig.of(request);
  const current = lastRequest(request);
  for (const log of open) {
    const pending = log.needsHost ? lookUpClientHost(current) : undefined;
    if (pending !== undefined) return pending.then(() => writeAll(open, request, current));
  }
  return writeAll(open, request, current);
}

function writeAll(open: readonly OpenLog[], request: RequestRecord, current: RequestRecord): HookResult {
  return writeFrom(0, open, request, current, new LogMoment(request));
}

/** Gives a promise only where a condition must be waited for. */
function writeFrom(
  from: number,
  open: readonly OpenLog[],
  request: RequestRecord,
  current: RequestRecord,
  moment: LogMoment,
): HookResult {
  const original = request.initial;
  for (let i = from; i < open.length; i++) {
    const { condition, format, writer } = open[i]!;
    const met = isMet(condition, request);
    if (met instanceof Promise) {
      return met.then((later) => {
        if (later) writer.write(format.line(original, current, moment));
        return writeFrom(i + 1, open, request, current, moment);
      });
    }
    if (met) writer.write(format.line(original, current, moment));
  }
  return OK;
}

/** A condition that cannot be answered is not met. */
function isMet(condition: TransferLog['condition'], request: RequestRecord): boolean | Promise<boolean> {
  if (condition === undefined) return true;
  if ('variable' in condition) return (request.env(condition.variable) !== undefined) === condition.wanted;
  const captures: ExpressionCaptures = { match: undefined };
  const met = condition.evaluate(request, captures);
  return met instanceof Promise
    ? met.then((later) => later ?? unanswered(captures, request))
    : (met ?? unanswered(captures, request));
}

function unanswered({ error }: ExpressionCaptures, request: RequestRecord): boolean {
  request.log('log_config', 'warn', `AH00644: Error evaluating log condition: ${error}`);
  return false;
}
