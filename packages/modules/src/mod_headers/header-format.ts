import { type DirectiveContext, entryOf, type RequestRecord } from '@httpd-ts/kernel';
import { sslVariable } from './ssl-variable.ts';

/** A value with what varies in it taken apart. */
export type HeaderFormat = readonly FormatItem[];
type FormatItem = string | ((request: RequestRecord) => string);

const microseconds = (ms: number) => Math.round(ms * 1000);

/** A value on one line, as a header needs it. httpd: modules/metadata/mod_headers.c unwrap_header */
const unwrap = (value: string | undefined) => value?.replace(/[\r\n]/g, ' ') ?? '(null)';

const percent = (part: number, whole: number) => (whole === 0 ? 0 : Math.floor((part * 100) / whole));

const items: Readonly<
  Record<string, (argument: string, cmd: DirectiveContext) => (request: RequestRecord) => string>
> = {
  t: () => (request) => `t=${microseconds(request.requestTimeMs)}`,
  D: () => (request) =>
    `D=${microseconds(request.server.plan.world.clock.monotonic() - request.startedAtMs)}`,
  e: (name) => (request) => unwrap(request.env(name)),
  s: (name, cmd) => {
    const variable = sslVariable(name, cmd);
    return (request) => unwrap(variable(request) || undefined);
  },
  l: () => (request) =>
    `l=${request.server.plan.world.system
      .load()
      .map((load) => load.toFixed(2))
      .join('/')}`,
  i: () => (request) => `i=${100 - busyPercent(request)}`,
  b: () => (request) => `b=${busyPercent(request)}`,
};

/** One request a thread: the share of threads that serve. httpd: ap_get_sload */
function busyPercent(request: RequestRecord): number {
  const { threads } = request.server.plan.world.shared;
  return percent(1, threads);
}

/** Reads a value's format; a text is the complaint. httpd: parse_format_string, parse_format_tag */
export function readHeaderFormat(
  text: string,
  cmd: DirectiveContext,
): HeaderFormat | { readonly complaint: string } {
  const format: FormatItem[] = [];
  for (let at = 0; at < text.length; ) {
    if (text[at] !== '%') {
      const percentAt = text.indexOf('%', at);
      const end = percentAt < 0 ? text.length : percentAt;
      format.push(unescapeText(text.slice(at, end)));
      at = end;
      continue;
    }
    const next = text[at + 1];
    if (next === undefined || next === '%') {
      format.push('%');
      at += 2;
      continue;
    }
    const [whole, argument = '', letter = ''] = /^%(?:\{([^}]*)\}?)?([\s\S]?)/.exec(text.slice(at))!;
    if (!Object.hasOwn(items, letter)) return { complaint: `Unrecognized header format %${letter}` };
    format.push(items[letter]!(argument, cmd));
    at += whole.length;
  }
  return format;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\', r: '\r', n: '\n', t: '\t' };

/** httpd: parse_misc_string */
function unescapeText(text: string): string {
  return text.replace(/\\([\\rnt])/g, (_, char: string) => entryOf(escapes, char)!);
}

/** The value for a request. httpd: process_tags */
export function formatHeader(format: HeaderFormat, request: RequestRecord): string {
  const [only] = format;
  if (format.length === 1) return typeof only === 'string' ? only : only!(request);
  return format.map((item) => (typeof item === 'string' ? item : item(request))).join('');
}
