import { HeaderTable } from '@httpd-ts/http1';
import {
  escapeHtml,
  type HookStatus,
  OK,
  parseHttpDate,
  type RequestRecord,
  statusLine,
} from '@httpd-ts/kernel';
import { meetsConditions, setLastModified } from './conditions.ts';

/** httpd: include/httpd.h MAX_STRING_LEN, less its end and what the reader leaves free */
const longestLine = 8190;

/** How a request is answered by the head that a script wrote. */
export interface ScriptHead {
  /** OK; 304 or 412, where conditions say so; 500 when the head cannot be understood. */
  readonly status: HookStatus;
  /** Where the body begins, or what follows the line that cannot be understood. */
  readonly bodyStart: number;
  /** A line that is no field. */
  readonly badLine?: string;
}

/** The one-word fields that go into `headersOut` in place of what is there. */
const replaced = new Set(['location', 'content-length', 'content-range', 'transfer-encoding', 'etag']);

/**
 * Takes over the head that a script wrote: lines up to an empty one. `rest` is what followed it; where a line is no
 * field httpd reads on to the end, and complains of the last line.
 * httpd: server/util_script.c ap_scan_script_header_err_core_ex
 */
export function takeScriptHeaders(
  request: RequestRecord,
  text: string,
  module: string,
  rest?: string,
): ScriptHead {
  const fields = new HeaderTable();
  const cookies = request.errHeadersOut.getAll('Set-Cookie').map((value) => ['Set-Cookie', value] as const);
  const ownCookies: (readonly [string, string])[] = [...cookies];
  let setsStatus = false;
  let isFirst = true;
  let at = 0;
  for (; ; isFirst = false) {
    const end = text.indexOf('\n', at);
    if (end < 0) return refuse(request, module, premature(isFirst, request));
    const line = text.slice(at, end).replaceAll('\r', '');
    at = end + 1;
    if (line.length > longestLine) return refuse(request, module, premature(isFirst, request));
    if (line === '') break;
    const colon = line.indexOf(':');
    if (colon < 0) {
      const shown = rest === undefined ? line : lastLine(text + rest);
      return { ...refuse(request, module, malformed(shown, request)), bodyStart: at, badLine: line };
    }
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).replace(/^[\t-\r ]+/, '');
    const lower = name.toLowerCase();
    if (lower === 'content-type')
      request.contentType = lowerCasedType(value.replace(/[\t-\r ]+$/, '')) || undefined;
    else if (lower === 'status') {
      setsStatus = true;
      setStatus(request, value, module);
    } else if (replaced.has(lower)) request.headersOut.set(name, value);
    else if (lower === 'last-modified') takeLastModified(request, value, module);
    else if (lower === 'set-cookie') ownCookies.push([name, value]);
    else fields.add(name, value);
  }
  const condition =
    !setsStatus && (request.method === 'GET' || request.method === 'HEAD') ? meetsConditions(request) : OK;
  request.errHeadersOut.overlap(fields, 'merge');
  if (ownCookies.length > 0) {
    request.errHeadersOut.unset('Set-Cookie');
    for (const [name, value] of ownCookies) request.errHeadersOut.add(name, value);
  }
  return { status: condition, bodyStart: at };
}

const scriptName = ({ filename = '' }: RequestRecord) => filename.slice(filename.lastIndexOf('/') + 1);

const premature = (isFirst: boolean, request: RequestRecord) =>
  `${isFirst ? 'End of script output before headers' : 'Premature end of script headers'}: ${scriptName(request)}`;

const malformed = (line: string, request: RequestRecord) =>
  `malformed header from script '${scriptName(request)}': Bad header: ${line.slice(0, 30)}`;

const lastLine = (text: string) => text.slice(text.lastIndexOf('\n') + 1);

/** The complaint also goes to the client, into the error page. */
function refuse(request: RequestRecord, module: string, message: string): ScriptHead {
  tellClient(request, module, message);
  return { status: 500, bodyStart: 0 };
}

function tellClient(request: RequestRecord, module: string, message: string): void {
  request.log(module, 'error', message);
  if (request.note('error-notes') === undefined) request.notes.set('error-notes', escapeHtml(message));
}

function setStatus(request: RequestRecord, value: string, module: string): void {
  request.status = Number.parseInt(value, 10) || 0;
  if (request.status < 100 || request.status > 599)
    tellClient(
      request,
      module,
      `Invalid status line from script '${scriptName(request)}': ${value.slice(0, 30)}`,
    );
  // A number alone gets the usual words, where there are any.
  const isKnown = value.length === 3 && statusLine(request.status).startsWith(value);
  request.statusLine = isKnown ? undefined : value;
}

/** A type is made lower case up to its first parameter's value. httpd: ap_content_type_tolower */
function lowerCasedType(type: string): string {
  const semicolon = type.indexOf(';');
  return semicolon < 0 ? type.toLowerCase() : type.slice(0, semicolon).toLowerCase() + type.slice(semicolon);
}

function takeLastModified(request: RequestRecord, value: string, module: string): void {
  const time = parseHttpDate(value);
  if (time === undefined) {
    request.log(module, 'info', `AH10247: Ignored invalid header value: Last-Modified: '${value}'`);
    return;
  }
  request.mtimeMs = Math.max(request.mtimeMs, time);
  setLastModified(request);
}
