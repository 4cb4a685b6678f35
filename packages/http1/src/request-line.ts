import { isSpaceAt, skipClass, TOKEN, VISIBLE } from './character-classes.ts';
import type { HeadOptions, LogLine } from './head-options.ts';
import { parseTarget, type Uri } from './uri.ts';

/** A request line as Apache understands it, be it good or bad. */
export type RequestLine = {
  /** The line written anew, as `%r` shows it. */
  requestLine: string;
  method: string;
  target: string;
  protocol: string;
  /** 1001 is HTTP/1.1. */
  protocolNumber: number;
  parts: Uri | undefined;
  /** The path not decoded. */
  path: string;
  query: string | undefined;
  /** 0 when all is well. */
  status: number;
  log: LogLine | undefined;
};

type Fault =
  | 'method'
  | 'whitespace'
  | 'excess-whitespace'
  | 'missing-uri'
  | 'uri'
  | 'protocol'
  | 'trailing-text'
  | 'method-0.9'
  | 'rejected-0.9';

type Words = { method: string; target: string; protocol: string; trailing: string; fault: Fault | undefined };

const HTTP_09 = 9;

/** Reads a request line without its line end. httpd: server/protocol.c ap_parse_request_line */
export function parseRequestLine(line: string, options: HeadOptions): RequestLine {
  const words = splitWords(line, options.isStrict);
  const { method, target, trailing } = words;
  const requestLine = [method, target, words.protocol].join(' ').replace(/ +$/, '');
  const version = parseVersion(words, options.isStrict);
  const parts = parseTarget(target, method === 'CONNECT');
  let fault = words.fault ?? version.fault;
  if (version.number === HTTP_09 && fault === undefined) {
    if (!options.allowsHttp09) fault = 'rejected-0.9';
    else if (options.isStrict && method !== 'GET') fault = 'method-0.9';
  }
  const result: RequestLine = {
    requestLine,
    method,
    target,
    protocol: version.protocol,
    protocolNumber: version.number,
    parts,
    path: parts === undefined ? target.replace(/^\/+(?=\/)/, '') : pathOf(parts, method),
    query: parts?.query,
    status: 0,
    log: undefined,
  };
  if (fault !== undefined) return fail(result, 400, describeFault(fault, result, trailing));
  return checkTarget(result, options);
}

function pathOf(parts: Uri, method: string): string {
  return parts.path ?? (method === 'OPTIONS' ? '*' : '/');
}

function checkTarget(line: RequestLine, options: HeadOptions): RequestLine {
  const { method, parts } = line;
  if (options.acceptedMethods?.has(method) === false) {
    const text = `Unrecognized HTTP method: '${shorten(method)}' (disallowed by RegisteredMethods)`;
    line.status = 501;
    line.log = { level: 'debug', text: `AH02423: HTTP Request Line; ${text}` };
    return line;
  }
  const path = parts?.path;
  const isStar = path === '*' && method === 'OPTIONS';
  if (parts === undefined || (path !== undefined && !path.startsWith('/') && !isStar)) {
    return fail(line, 400, `AH03450: HTTP Request Line; Unable to parse URI: '${shorten(line.path)}'`);
  }
  if (!options.isStrict) return line;
  if (parts.fragment !== undefined)
    return fail(line, 400, 'AH02421: HTTP Request Line; URI must not contain a fragment');
  if (parts.user !== undefined)
    return fail(line, 400, 'AH02422: HTTP Request Line; URI must not contain a username/password');
  return line;
}

/** Errors of lines that are no HTTP/1 are answered as if they were. */
function fail(line: RequestLine, status: number, text: string): RequestLine {
  line.status = status;
  line.log = { level: 'debug', text };
  if (line.protocolNumber === HTTP_09) {
    line.protocol = 'HTTP/1.0';
    line.protocolNumber = 1000;
  }
  return line;
}

function describeFault(fault: Fault, line: RequestLine, trailing: string): string {
  return describe(fault, line, trailing).replace(':', ': HTTP Request Line;');
}

function describe(fault: Fault, line: RequestLine, trailing: string): string {
  switch (fault) {
    case 'method':
      return `AH03445: Invalid method token: '${shorten(line.method)}'`;
    case 'method-0.9':
      return `AH03444: Invalid method token: '${shorten(line.method)}' (only GET is allowed for HTTP/0.9 requests)`;
    case 'missing-uri':
      return 'AH03446: Missing URI';
    case 'uri':
      return `AH03454: URI incorrectly encoded: '${shorten(line.target)}'`;
    case 'whitespace':
      return 'AH03447: Invalid whitespace';
    case 'excess-whitespace':
      return 'AH03448: Excess whitespace (disallowed by HttpProtocolOptions Strict)';
    case 'trailing-text':
      return `AH03449: Extraneous text found '${shorten(trailing)}' (perhaps whitespace was injected?)`;
    case 'rejected-0.9':
      return 'AH02401: Rejected HTTP/0.9 request';
    case 'protocol':
      return `AH02418: Unrecognized protocol '${shorten(line.protocol)}' (perhaps whitespace was injected?)`;
  }
}

/** What Apache logs of a word: up to its colon, or 80 bytes. httpd: server/protocol.c field_name_len */
export function shorten(text: string): string {
  const colon = text.indexOf(':');
  return text.slice(0, colon < 0 || colon > 80 ? 80 : colon);
}

const whitespace = /[\t-\r ]/g;

function findWhitespace(text: string, from: number): number {
  whitespace.lastIndex = from;
  return whitespace.exec(text)?.index ?? -1;
}

/** Cuts the line into its three words. The first fault counts, but those of the target and the line's end override it. */
function splitWords(line: string, isStrict: boolean): Words {
  let fault: Fault | undefined;
  let start = 0;
  if (isSpaceAt(line, 0)) {
    fault = 'whitespace';
    while (isSpaceAt(line, start)) start++;
  }
  let end = skipClass(line, start, isStrict ? TOKEN : VISIBLE);
  if (fault === undefined && (end === start || (end < line.length && !isSpaceAt(line, end)))) {
    fault = 'method';
    end = findWhitespace(line, end);
  }
  if (end < 0) return { method: line.slice(start), target: '', protocol: '', trailing: '', fault };
  const method = line.slice(start, end);
  const targetGap = skipGap(line, end, isStrict, fault);
  const targetStart = targetGap.next;
  fault = targetGap.fault;
  // Where no blank ends the method, Apache's terminator hides the rest of the line.
  const rest = targetStart === end ? '' : line;
  if (targetStart >= rest.length) fault ??= 'missing-uri';
  end = rest === '' ? targetStart : skipClass(rest, targetStart, VISIBLE);
  if (end === targetStart || (end < rest.length && !isSpaceAt(rest, end))) {
    fault = 'uri';
    end = findWhitespace(rest, end);
  }
  if (end < 0) return { method, target: rest.slice(targetStart), protocol: '', trailing: '', fault };
  const gap = skipGap(rest, end, isStrict, fault);
  return {
    method,
    target: rest.slice(targetStart, end),
    ...readProtocol(rest, gap.next, isStrict, gap.fault),
  };
}

/** Goes over the blanks between two words, of which Strict allows one. */
function skipGap(line: string, at: number, isStrict: boolean, before: Fault | undefined) {
  let fault = before;
  let next = at;
  if (isStrict && at < line.length && isSpaceAt(line, at + 1)) fault ??= 'excess-whitespace';
  for (; isSpaceAt(line, next); next++) if (line[next] !== ' ') fault ??= 'whitespace';
  return { next, fault };
}

function readProtocol(line: string, start: number, isStrict: boolean, before: Fault | undefined) {
  let fault = before;
  const end = skipClass(line, start, VISIBLE);
  let at = end;
  if (end < line.length && !isSpaceAt(line, end)) fault = 'protocol';
  else if (isStrict && end < line.length) fault = 'excess-whitespace';
  else {
    for (; isSpaceAt(line, at); at++) if (line[at] !== ' ') fault ??= 'whitespace';
    if (at < line.length) fault ??= 'trailing-text';
  }
  return { protocol: line.slice(start, end), trailing: line.slice(at), fault };
}

function parseVersion(
  words: Words,
  isStrict: boolean,
): { protocol: string; number: number; fault: Fault | undefined } {
  const { protocol } = words;
  const found = /^(HTTP)\/([1-9])\.(\d)$/i.exec(protocol);
  if (found !== null) {
    const number = Number(found[2]) * 1000 + Number(found[3]);
    if (found[1] === 'HTTP') return { protocol, number, fault: undefined };
    if (isStrict && words.fault === undefined) return { protocol, number, fault: 'protocol' };
    return { protocol: `HTTP${protocol.slice(4)}`, number, fault: undefined };
  }
  if (protocol !== '') return { protocol, number: HTTP_09, fault: 'protocol' };
  return { protocol: 'HTTP/0.9', number: HTTP_09, fault: undefined };
}
