import {
  connectionLogId,
  entryOf,
  type LogEntry,
  requestLogId,
  type ServerRecord,
  type World,
} from '@httpd-ts/kernel';

/** What a line of the error log is made of; a line that opens a request or connection has no message. */
export interface LogLine extends Omit<LogEntry, 'message'> {
  readonly message?: string;
  readonly world: World;
  readonly timeMs: number;
}

/** One piece of a format: a text, the message, or a value that may be missing (an empty text). */
interface FormatItem {
  readonly kind: 'text' | 'message' | 'value';
  readonly text: string;
  /** A new space-delimited field begins here. */
  readonly startsField: boolean;
  /** What stands for a missing value: nothing (its field is dropped), `-`, or the line is not written. */
  readonly ifMissing: 'drop-field' | 'hyphen' | 'drop-line';
  /** Position in LOG_LEVELS from which on the value is shown. */
  readonly fromLevel: number;
  readonly value: (line: LogLine) => string;
}

export type ErrorLogFormat = readonly FormatItem[];

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const digits = (n: number, width = 2) => String(n).padStart(width, '0');

let lastSecond = Number.NaN;
let lastOffset = Number.NaN;
let lastForms: readonly [string, string, number] = ['', '', 0];

/** Local time up to the second, in both forms, and its year. The last one is remembered. */
function secondForms(world: World, timeMs: number): readonly [string, string, number] {
  const second = Math.floor(timeMs / 1000);
  const offset = second === lastSecond ? lastOffset : world.clock.zoneOffsetMinutes(timeMs);
  if (second === lastSecond && offset === lastOffset) return lastForms;
  const date = new Date(second * 1000 + offset * 60_000);
  const clock = `${digits(date.getUTCHours())}:${digits(date.getUTCMinutes())}:${digits(date.getUTCSeconds())}`;
  const year = date.getUTCFullYear();
  lastForms = [
    `${days[date.getUTCDay()]} ${months[date.getUTCMonth()]} ${digits(date.getUTCDate())} ${clock}`,
    `${year}-${digits(date.getUTCMonth() + 1)}-${digits(date.getUTCDate())} ${clock}`,
    year,
  ];
  lastSecond = second;
  lastOffset = offset;
  return lastForms;
}

/** A time as the error log has it; `options` holds `u` for microseconds and `c` for the compact form. */
export function formatLogTime(world: World, timeMs: number, options: string): string {
  const [usual, compact, year] = secondForms(world, timeMs);
  const micros = options.includes('u') ? `.${digits(Math.floor((timeMs % 1000) * 1000), 6)}` : '';
  return options.includes('c') ? compact + micros : `${usual}${micros} ${year}`;
}

const escapes: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};

/** Makes a text safe for one line of the log. httpd: server/util.c ap_escape_errorlog_item */
export function escapeForErrorLog(text: string): string {
  if (!/[^\x20-\x5b\x5d-\x7e]/.test(text)) return text;
  return text.replace(
    /[^\x20-\x5b\x5d-\x7e]/g,
    (char) => entryOf(escapes, char) ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

const address = (host: string | undefined, port: number | undefined) =>
  host === undefined ? '' : port === undefined || port === 0 ? host : `${host}:${port}`;

function clientOf({ request, connection, remote }: LogLine, ofConnection: boolean): string {
  if (remote !== undefined) return remote;
  const from = connection ?? request?.connection;
  if (from === undefined) return '';
  const host = ofConnection || request === undefined ? from.clientAddress : request.clientAddress;
  const port = ofConnection || request === undefined ? from.clientPort : request.clientPort;
  return `${host}:${port}`;
}

const serverName = (server: ServerRecord | undefined) => server?.hostname ?? '';

type ValueMaker = (argument: string) => (line: LogLine) => string;

function logId(argument: string): (line: LogLine) => string {
  return (line) => {
    const connection = line.connection ?? line.request?.connection;
    // A capital: where the line is no request's.
    if (argument === 'C' && line.request !== undefined) return '';
    if (argument.toLowerCase() === 'c')
      return connection === undefined ? '' : connectionLogId(connection, line.world);
    return line.request === undefined ? '' : requestLogId(line.request);
  };
}

const threadId = ({ world }: LogLine) => String(world.system.processId + world.shared.thread);

// httpd: server/core.c, the handlers that ap_register_errorlog_handler is called with
const makers: Readonly<Record<string, ValueMaker>> = {
  a: (argument) => (line) => clientOf(line, argument === 'c'),
  A: () => (line) => {
    const connection = line.connection ?? line.request?.connection;
    return address(connection?.localAddress, connection?.localPort);
  },
  e: (name) => (line) => line.request?.env(name) ?? '',
  E: () => (line) => line.error ?? '',
  F: () => () => '',
  i: (name) => (line) => escapeForErrorLog(line.request?.headersIn.get(name) ?? ''),
  k: () => (line) => {
    const connection = line.connection ?? line.request?.connection;
    return connection === undefined ? '' : String(connection.keepalives);
  },
  l: () => (line) => line.level,
  L: logId,
  m: () => (line) => line.module,
  n: (name) => (line) => line.request?.note(name) ?? '',
  P: () => (line) => String(line.world.system.processId),
  t: (options) => (line) => formatLogTime(line.world, line.timeMs, options),
  T: () => threadId,
  v: () => (line) => serverName(line.server),
  V: () => (line) => line.request?.hostname ?? serverName(line.server),
};

const noValue = () => '';
const textEscapes: Readonly<Record<string, string>> = { ' ': ' ', n: '\n', r: '\r', t: '\t', '\\': '\\' };

/** Reads the text up to the next directive or field. */
function readText(format: string, start: number): { readonly item: FormatItem; readonly end: number } {
  const startsField = format[start] === ' ';
  let text = startsField ? ' ' : '';
  let at = startsField ? start + 1 : start;
  while (at < format.length && format[at] !== '%' && format[at] !== ' ') {
    const next = format[at + 1];
    if (format[at] === '\\' && next !== undefined) {
      text += entryOf(textEscapes, next) ?? `\\${next}`;
      at += 2;
    } else text += format[at++];
  }
  return { item: textItem(text, startsField), end: at };
}

function textItem(text: string, startsField: boolean): FormatItem {
  return { kind: 'text', text, startsField, ifMissing: 'drop-field', fromLevel: 0, value: noValue };
}

const ranOff = 'Ran off end of error log format parsing args to some directive';

/** Reads one `%` directive; a text is the complaint. */
function readDirective(
  format: string,
  start: number,
): { readonly item: FormatItem; readonly end: number } | string {
  const next = format[start + 1];
  if (next === '%') return { item: textItem('%', false), end: start + 2 };
  if (next === ' ') return { item: textItem('', true), end: start + 2 };
  let ifMissing: FormatItem['ifMissing'] = 'drop-field';
  let argument = '';
  let fromLevel = 0;
  for (let at = start + 1; at < format.length; at++) {
    const char = format[at]!;
    if (char === '-') ifMissing = 'hyphen';
    else if (char === '+') ifMissing = 'drop-line';
    else if (char === '{') {
      const close = format.indexOf('}', at);
      if (close < 0) return ranOff;
      argument = format.slice(at + 1, close);
      at = close;
    } else if (char >= '0' && char <= '9') fromLevel = fromLevel * 10 + Number(char);
    else if (char === 'M') {
      return { item: { ...textItem('', false), kind: 'message', ifMissing }, end: at + 1 };
    } else {
      const maker = entryOf(makers, char);
      if (maker === undefined) return `Unrecognized error log format directive %${char}`;
      const value = maker(argument);
      return {
        item: { kind: 'value', text: '', startsField: false, ifMissing, fromLevel, value },
        end: at + 1,
      };
    }
  }
  return ranOff;
}

/** Compiles a format; a text is the complaint. httpd: server/core.c parse_errorlog_string */
export function compileErrorLogFormat(format: string, isMain: boolean): ErrorLogFormat | string {
  const items: FormatItem[] = [];
  for (let at = 0; at < format.length; ) {
    const read = format[at] === '%' ? readDirective(format, at) : readText(format, at);
    if (typeof read === 'string') return read;
    if (read.item.kind === 'message' && !isMain) {
      return '%M cannot be used in once-per-request or once-per-connection formats';
    }
    if (read.item.ifMissing === 'drop-line' && isMain) {
      return "The '+' flag cannot be used in the main error log format";
    }
    items.push(read.item);
    at = read.end;
  }
  return items;
}

/**
 * Writes a line by a format; empty when it is not to be written. A field in which a value is missing is dropped,
 * but never the message. httpd: server/log.c do_errorlog_format
 */
export function renderLogLine(format: ErrorLogFormat, line: LogLine, levelIndex: number): string {
  let text = '';
  let fieldStart = 0;
  let isSkipping = false;
  for (const item of format) {
    if (item.startsField) {
      if (isSkipping) isSkipping = false;
      else fieldStart = text.length;
    }
    if (item.kind === 'message') {
      text += escapeForErrorLog(line.message ?? '');
      continue;
    }
    if (isSkipping) continue;
    if (item.kind === 'text') {
      text += item.text;
      continue;
    }
    const value = item.fromLevel > levelIndex ? '' : item.value(line);
    if (value !== '') text += value;
    else if (item.ifMissing === 'drop-line') return '';
    else if (item.ifMissing === 'hyphen' && item.fromLevel <= levelIndex) text += '-';
    else {
      text = text.slice(0, fieldStart);
      isSkipping = true;
    }
  }
  return cutOff(text);
}

/** A line has an end, at which long messages are cut off. httpd: server/log.c MAX_STRING_LEN */
const cutOff = (line: string) => (line.length > 8190 ? line.slice(0, 8190) : line);

/** The line httpd writes where no ErrorLogFormat is set. httpd: server/log.c do_errorlog_default */
export function renderDefaultLine(line: LogLine): string {
  const { world, module, level, error, request } = line;
  const client = clientOf(line, false);
  const referer = request?.headersIn.get('Referer');
  const tail =
    referer === undefined || line.message === undefined ? '' : `, referer: ${escapeForErrorLog(referer)}`;
  return cutOff(
    `[${formatLogTime(world, line.timeMs, 'u')}] [${module}:${level}] ` +
      `[pid ${world.system.processId}:tid ${threadId(line)}] ` +
      `${error === undefined ? '' : `${error}: `}${client === '' ? '' : `[${line.remote === undefined ? 'client' : 'remote'} ${client}] `}` +
      `${escapeForErrorLog(line.message ?? '')}${tail}`,
  );
}
