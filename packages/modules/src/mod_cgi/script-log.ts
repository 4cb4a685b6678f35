import {
  type Compilation,
  type DirectiveDeclaration,
  type LogWriter,
  type RecordKey,
  type RequestRecord,
  take1,
} from '@httpd-ts/kernel';
import { leadingInteger } from '../core/contract.ts';

/** Where scripts that fail are written about. httpd: cgi_server_conf */
export interface ScriptLogConfig {
  path?: string;
  /** The log is left alone once it is longer than this. */
  maxBytes?: number;
  /** So much of a request's body is written. */
  bodyBytes?: number;
  writer?: LogWriter;
}

const usualMaxBytes = 10_385_760;
const usualBodyBytes = 1024;

/** A virtual host with a log of its own takes nothing else over. httpd: merge_cgi_config */
export const scriptLogRecord = {
  create: (): ScriptLogConfig => ({}),
  merge: (outer: ScriptLogConfig, inner: ScriptLogConfig) => (inner.path === undefined ? outer : inner),
};

/** The directives of a script log. */
export function scriptLogDirectives(key: RecordKey<ScriptLogConfig>) {
  return {
    ScriptLog: key.directive({
      args: take1,
      context: 'server',
      usage: 'the name of a log for script debugging info',
      set(config, path, cmd) {
        config.path = cmd.serverRootRelative(path);
      },
    }),
    ScriptLogLength: key.directive({
      args: take1,
      context: 'server',
      usage: 'the maximum length (in bytes) of the script debug log',
      default: String(usualMaxBytes),
      set(config, word) {
        config.maxBytes = leadingInteger(word);
      },
    }),
    ScriptLogBuffer: key.directive({
      args: take1,
      context: 'server',
      usage: 'the maximum size (in bytes) to record of a POST request',
      default: String(usualBodyBytes),
      set(config, word) {
        config.bodyBytes = leadingInteger(word);
      },
    }),
  } satisfies Record<string, DirectiveDeclaration>;
}

/** Opens the script logs of all servers. */
export function openScriptLogs(key: RecordKey<ScriptLogConfig>, { servers, world }: Compilation): void {
  for (const { config } of servers) {
    const log = key.at(config);
    if (log.path !== undefined) log.writer ??= world.logs.open(log.path, { unbuffered: true });
  }
}

/** So much of a request's body has to be kept for the log. */
export const keptBodyBytes = ({ writer, bodyBytes = usualBodyBytes }: ScriptLogConfig) =>
  writer === undefined ? 0 : bodyBytes;

/** Writes a complaint about, or of, a script. httpd: log_scripterror */
export function logComplaint(
  log: ScriptLogConfig,
  request: RequestRecord,
  status: number,
  reason: string,
): void {
  writerWithRoom(log, request)?.write(`${opening(request, status)}%error\n${reason}\n`);
}

/** What is known of a script that failed. */
export interface ScriptFailure {
  readonly status: number;
  readonly body: string;
  /** The line of the script's head that could not be understood. */
  readonly badLine: string;
  readonly output: string;
}

/** Writes what a script was given and what it made of it. httpd: log_script */
export function logFailure(log: ScriptLogConfig, request: RequestRecord, failure: ScriptFailure): void {
  const writer = writerWithRoom(log, request);
  if (writer === undefined) return;
  const { status, body, badLine, output } = failure;
  const takesBody = request.method === 'POST' || request.method === 'PUT';
  writer.write(
    `${opening(request, status)}%request\n${lines(request.headersIn)}` +
      (takesBody && body !== '' ? `\n${body}\n` : '') +
      `%response\n${lines(request.errHeadersOut)}` +
      (badLine === '' ? '' : `${badLine}\n`) +
      (output === '' ? '' : `%stdout\n${output}\n`),
  );
}

function writerWithRoom(log: ScriptLogConfig, { server }: RequestRecord): LogWriter | undefined {
  if (log.writer === undefined) return undefined;
  const info = server.plan.world.files.stat(log.path!);
  return typeof info !== 'string' && info.size > (log.maxBytes ?? usualMaxBytes) ? undefined : log.writer;
}

function opening(request: RequestRecord, status: number): string {
  const { method, uri, args, protocol, filename = '' } = request;
  const query = args === undefined ? '' : `?${args}`;
  return `%% [${timeText(request)}] ${method} ${uri}${query} ${protocol}\n%% ${status} ${filename}\n`;
}

function lines(fields: RequestRecord['headersIn']): string {
  let text = '';
  fields.forEach((name, value) => {
    text += `${name}: ${value}\n`;
  });
  return text;
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number) => String(value).padStart(2, '0');

/** `Wed Jun 19 10:53:21 1996`, local time. httpd: apr_ctime */
function timeText({ server }: RequestRecord): string {
  const { clock } = server.plan.world;
  const now = clock.now();
  const time = new Date(now + clock.zoneOffsetMinutes(now) * 60_000);
  const day = `${days[time.getUTCDay()]} ${months[time.getUTCMonth()]} ${two(time.getUTCDate())}`;
  const hour = `${two(time.getUTCHours())}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())}`;
  return `${day} ${hour} ${time.getUTCFullYear()}`;
}
