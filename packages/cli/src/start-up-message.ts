import {
  type Diagnostic,
  entryOf,
  isShownAtStart,
  type LogLevel,
  logLevelOf,
  renderAsHttpd,
} from '@httpd-ts/kernel';

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number) => String(value).padStart(2, '0');

/** The time as it stands before a message: `Fri Nov 20 12:49:39.697863 2026`. */
function logTime(atMs: number): string {
  const at = new Date(atMs);
  const micros = String(Math.floor((atMs % 1000) * 1000)).padStart(6, '0');
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${micros}`;
  return `${days[at.getDay()]} ${months[at.getMonth()]} ${two(at.getDate())} ${clock} ${at.getFullYear()}`;
}

const shortEscapes: Readonly<Record<string, string>> = {
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\b': '\\b',
  '\v': '\\v',
  '\f': '\\f',
  '\\': '\\\\',
};

/**
 * Bytes that do not print are shown escaped, line ends too, but for those between two messages and behind the place.
 * httpd: server/util.c ap_escape_errorlog_item
 */
function escapeUnprintable(message: string): string {
  const unprintable = /(?<!^AH00526: [^\n]*:)\n(?!AH\d{5}: )|[^\x20-\x7e\n]|\\(?!x[0-9a-f]{2})/g;
  return message.replace(unprintable, (char) => {
    const short = entryOf(shortEscapes, char);
    return short ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}

/** httpd: MAX_STRING_LEN without the line end and what ends the text */
const longestLine = 8190;

/** Lines as long as httpd's. A chain of places is left whole, which httpd cuts as well. */
const cutLong = (lines: string) =>
  lines.length > longestLine
    ? lines
        .split('\n')
        .map((line) => line.slice(0, longestLine))
        .join('\n')
    : lines;

/**
 * A message of the configuration as httpd prints it while it starts, line end included. `program` is the base name of
 * the command. Messages of a module's log level get time and process before them; others stand alone.
 */
export function startUpMessage(diagnostic: Diagnostic, program: string): string {
  const { logLine } = diagnostic;
  if (logLine !== undefined) return logLine === '' ? '' : cutLong(`${logLine}\n`);
  const text = escapeUnprintable(renderAsHttpd(diagnostic)).replace(/^(AH\d+: )httpd-ts: /, `$1${program}: `);
  if (diagnostic.severity === 'error' && diagnostic.stage === 'reading') return `${program}: ${text}\n`;
  // What is noticed while files are read, the core notices, unless a module says otherwise.
  const isFromCore = diagnostic.stage === 'reading' && !text.startsWith('[');
  const levelled = /^(\[\w+:\w+\]) ([\s\S]*)$/.exec(isFromCore ? `[core:warn] ${text}` : text);
  if (levelled === null) return cutLong(`${text}\n`);
  const now = performance.timeOrigin + performance.now();
  return cutLong(`[${logTime(now)}] ${levelled[1]} [pid ${process.pid}:tid ${process.pid}] ${levelled[2]}\n`);
}

/**
 * Whether `-e` hides a message. What directives log while they are carried out obeys LogLevel instead, and what httpd
 * prints without a level is always there.
 */
export function isHidden({ severity, stage, text, level }: Diagnostic, shown?: LogLevel): boolean {
  if (severity !== 'warning') return false;
  const named = stage === 'reading' ? logLevelOf(/^\[\w+:(\w+)\]/.exec(text)?.[1] ?? 'warn') : level;
  return named !== undefined && !isShownAtStart(named, shown);
}

/** What httpd would print of these: everything up to the first error. */
export function untilFirstError(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const first = diagnostics.findIndex(({ severity }) => severity === 'error');
  const seen = first < 0 ? diagnostics : diagnostics.slice(0, first + 1);
  return seen.filter(({ severity }) => severity !== 'note');
}
