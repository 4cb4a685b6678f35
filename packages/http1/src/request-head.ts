import { latin1Text } from './byte-view.ts';
import { characterClasses, FIELD_CONTENT, TOKEN, VISIBLE } from './character-classes.ts';
import { FieldReader, LineReader, mergeDuplicates } from './field-lines.ts';
import { isChunked, parseStrictLength } from './framing.ts';
import { defaultHeadOptions, type HeadOptions, type LogLine } from './head-options.ts';
import { HeaderTable, type LineSpans } from './header-table.ts';
import { fixHostField, fixTargetHost, type HostName } from './host-name.ts';
import { parseRequestLine, type RequestLine } from './request-line.ts';
import { isTextAt } from './text-at.ts';
import { portNumber } from './uri.ts';

/** A request head that Apache would go on to serve. */
export type RequestHead = {
  kind: 'head';
  /** The request line as `%r` shows it. */
  requestLine: string;
  method: string;
  /** The request target as sent. */
  target: string;
  /** The path in the target, not decoded; `*` is possible with OPTIONS. */
  path: string;
  /** What stands behind the first question mark, or undefined without one. */
  query: string | undefined;
  /** The scheme of an absolute target, as sent. */
  scheme: string | undefined;
  protocol: string;
  /** 1001 is HTTP/1.1, 9 is HTTP/0.9: an answer without head. */
  protocolNumber: number;
  /** From the target or the Host field, in lower case, without port and final dot. */
  hostname: string | undefined;
  /** The port that came with it, or 0. */
  port: number;
  headers: HeaderTable;
  /** The length of the body, -1 when the request names none or is chunked. */
  contentLength: number;
  isChunked: boolean;
  /** The client awaits 100 Continue before it sends the body. */
  expectsContinue: boolean;
  /** The connection must not be used again, whatever the fields say. */
  mustClose: boolean;
  log: readonly LogLine[];
  /** What is wrong with it although it is whole: it is answered with an error, and its body is read as any other. */
  fault: RequestHeadFault | undefined;
};

export type RequestHeadFault = { status: number; log: LogLine };

/** A request head that Apache answers with an error page, after which it closes the connection. */
export type RequestHeadError = {
  kind: 'error';
  status: number;
  /** What httpd puts under `error-notes`: a sentence more on the error page. */
  note: string | undefined;
  log: readonly LogLine[];
  requestLine: string;
  /** Undefined when there was no line to take it from. */
  method: string | undefined;
  target: string;
  path: string | undefined;
  query: string | undefined;
  /** The target, where it could not be parsed, with leading slashes merged. */
  unparsedTarget: string | undefined;
  protocol: string;
  protocolNumber: number;
  /** It is refused because it names no host. */
  isWithoutHost: boolean;
  hostname: string | undefined;
  /** What an absolute target names, which chooses no server but is shown: 0 for a port that is no number. */
  named: { hostname: string | undefined; port: number | undefined };
  /** The fields read so far. */
  headers: HeaderTable;
};

const noLog: readonly LogLine[] = [];
const EMPTY_LINES = 10;
const CR = 13;
const LF = 10;
const SLASH = 47;
const COLON = 58;

/**
 * Reads one request head after the other from one connection.
 * A clean head that lies in one piece takes the fast way; anything else is read line by line, with the same result.
 */
export class RequestHeadReader {
  /** Where the last head ended, in the bytes it ended in. */
  end = 0;
  private options: HeadOptions;
  private lines: LineReader | undefined = undefined;
  private fields: FieldReader | undefined = undefined;
  private line: RequestLine | undefined = undefined;
  private emptyLines = 0;
  private hostField = '';
  private hostName: HostName = { isGood: true, hostname: undefined, port: 0, isIPv6: false };

  constructor(options: HeadOptions = defaultHeadOptions) {
    this.options = options;
  }

  /** Whether part of a head has come. */
  get hasBegun(): boolean {
    return this.lines !== undefined;
  }

  /** Reads on; undefined means that all bytes are taken and the head is incomplete. */
  read(bytes: Uint8Array, start: number, end: number): RequestHead | RequestHeadError | undefined {
    if (this.lines === undefined) {
      const head = this.readClean(bytes, start, end);
      if (head !== undefined) return head;
      this.lines = new LineReader();
    }
    this.lines.append(latin1Text(bytes, start, end));
    const result = this.readLines(this.lines);
    if (result === undefined) return undefined;
    this.end = end - (this.lines.text.length - this.lines.at);
    this.lines = undefined;
    this.fields = undefined;
    this.line = undefined;
    this.emptyLines = 0;
    return result;
  }

  /** A head that will not come to its end, with what was read of it; undefined while its first line is incomplete. */
  giveUp(status: number): RequestHeadError | undefined {
    if (this.line === undefined) return undefined;
    return refuse(this.line, this.fields?.headers ?? new HeaderTable(), status, []);
  }

  private readLines(lines: LineReader): RequestHead | RequestHeadError | undefined {
    const { options } = this;
    while (this.line === undefined) {
      const next = lines.next(options.limitRequestLine, options.isStrict);
      if (next.kind === 'incomplete') return undefined;
      if (next.kind !== 'line') return unusableLine(next.kind, next.text, options);
      if (next.text === '' && this.emptyLines++ < EMPTY_LINES) continue;
      this.line = parseRequestLine(next.text, options);
      if (this.line.status !== 0)
        return refuse(this.line, new HeaderTable(), this.line.status, [this.line.log!]);
      this.fields = new FieldReader(options);
    }
    const fields = this.fields!;
    if (this.line.protocolNumber >= 1000) {
      const result = fields.read(lines);
      if (result.kind === 'incomplete') return undefined;
      if (result.kind === 'error') return refuseFields(this.line, fields.headers, result.fault);
    }
    return this.finishRead(this.line, fields.headers);
  }

  /** What ap_read_request checks when all fields are there. */
  private finishRead(line: RequestLine, headers: HeaderTable): RequestHead | RequestHeadError {
    const host = headers.get('Host');
    return this.finish(
      line,
      headers,
      host,
      headers.get('Content-Length'),
      headers.get('Transfer-Encoding'),
      headers.get('Expect'),
    );
  }

  private finish(
    line: RequestLine,
    headers: HeaderTable,
    host: string | undefined,
    lengthField: string | undefined,
    transferEncoding: string | undefined,
    expect: string | undefined,
  ): RequestHead | RequestHeadError {
    let contentLength = -1;
    let hasChunks = false;
    if (lengthField !== undefined) {
      contentLength = parseStrictLength(lengthField);
      if (contentLength < 0) {
        const text = `AH10242: client sent invalid Content-Length (${lengthField}): ${line.path}`;
        return refuse(line, headers, 400, [{ level: 'debug', text }]);
      }
    }
    if (transferEncoding !== undefined) {
      if (!isChunked(transferEncoding)) {
        const text = `AH02539: client sent unknown Transfer-Encoding (${transferEncoding}): ${line.path}`;
        return refuse(line, headers, 400, [{ level: 'debug', text }]);
      }
      hasChunks = true;
      contentLength = -1;
      if (lengthField !== undefined) headers.unset('Content-Length');
    }
    const name = this.nameHost(line, host);
    const isReplaced = name.isGood || this.options.checksHost;
    const replaced = isReplaced ? this.replaceHost(line, headers, host, name) : noLog;
    if (!name.isGood) {
      const log: LogLine[] = name.log.map((text) => ({ level: 'debug', text }));
      return refuse(line, headers, 400, [...log, ...replaced], { port: name.port });
    }
    const isHttp11 = line.protocolNumber >= 1001;
    if (isHttp11 && (name.hostname === undefined || (line.protocolNumber === 1001 && host === undefined))) {
      const text = `AH00569: client sent HTTP/1.1 request without hostname (see RFC2616 section 14.23): ${line.path}`;
      return {
        ...refuse(line, headers, 400, [...replaced, { level: 'debug', text }], name),
        isWithoutHost: name.hostname === undefined,
      };
    }
    const hasExpectation = expect !== undefined && expect !== '';
    const isMet = !hasExpectation || expect.toLowerCase() === '100-continue';
    return {
      kind: 'head',
      requestLine: line.requestLine,
      method: line.method,
      target: line.target,
      path: line.path,
      query: line.query,
      scheme: line.parts?.scheme,
      protocol: line.protocol,
      protocolNumber: line.protocolNumber,
      hostname: name.hostname,
      port: name.port,
      headers,
      contentLength,
      isChunked: hasChunks,
      expectsContinue: hasExpectation && isMet,
      mustClose: hasChunks && lengthField !== undefined,
      log: replaced,
      fault: isMet ? undefined : unmetExpectation(expect),
    };
  }

  /** httpd: server/vhost.c ap_update_vhost_from_headers */
  private nameHost(line: RequestLine, host: string | undefined): HostName {
    const { parts } = line;
    const isOurs = parts !== undefined && parts.hostname !== undefined && isForThisServer(line);
    if (isOurs) {
      const port = parts.portText === undefined ? 0 : portNumber(parts.portText);
      return fixTargetHost(parts.hostname!, port, this.options.isStrict);
    }
    if (host === undefined) return fixHostField('', this.options.isStrict);
    if (host.length !== this.hostField.length || !isTextAt(host, 0, this.hostField)) {
      this.hostName = fixHostField(host, this.options.isStrict);
      this.hostField = host;
    }
    return this.hostName;
  }

  /** A host in the target replaces that of the field. */
  private replaceHost(
    line: RequestLine,
    headers: HeaderTable,
    host: string | undefined,
    name: HostName,
  ): readonly LogLine[] {
    const { parts } = line;
    if (
      parts?.hostname === undefined ||
      host === undefined ||
      !this.options.isStrict ||
      !isForThisServer(line)
    ) {
      return noLog;
    }
    const portText = parts.portText === undefined ? '' : `:${parts.portText}`;
    const shown = name.isGood ? name.hostname : parts.hostname;
    const isIPv6 = name.isGood ? name.isIPv6 : shown!.includes(':');
    const replacement = `${isIPv6 ? `[${shown}]` : shown}${portText}`;
    headers.set('Host', replacement);
    const text = `AH02417: Replacing host header '${host}' with host '${replacement}' given in the request uri`;
    return [{ level: 'debug', text }];
  }

  /** Reads a head of the usual kind that lies in the bytes as a whole; undefined sends it the exact way. */
  private readClean(
    bytes: Uint8Array,
    start: number,
    end: number,
  ): RequestHead | RequestHeadError | undefined {
    const { options } = this;
    const classes = characterClasses;
    let at = start;
    while (at < end && (classes[bytes[at]!]! & TOKEN) !== 0) at++;
    const methodEnd = at;
    if (
      at === start ||
      at + 2 >= end ||
      bytes[at] !== 32 ||
      bytes[at + 1] !== SLASH ||
      bytes[at + 2] === SLASH
    ) {
      return undefined;
    }
    let question = -1;
    for (at++; at < end; at++) {
      const byte = bytes[at]!;
      if ((classes[byte]! & VISIBLE) === 0) break;
      if (byte === 63 && question < 0) question = at;
      else if (byte === 35) return undefined;
    }
    const targetEnd = at;
    const lineEnd = at + 9;
    if (lineEnd - start > options.limitRequestLine || !isProtocolAt(bytes, at, end)) return undefined;
    const spans: LineSpans = [];
    at = lineEnd + 2;
    let host = -1;
    let contentLength = -1;
    let transferEncoding = -1;
    let expect = -1;
    for (;;) {
      const nameStart = at;
      while (at < end && (classes[bytes[at]!]! & TOKEN) !== 0) at++;
      const nameEnd = at;
      if (at + 1 >= end) return undefined;
      if (nameEnd === nameStart) {
        if (bytes[at] !== CR || bytes[at + 1] !== LF) return undefined;
        break;
      }
      if (bytes[at] !== COLON) return undefined;
      at++;
      while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++;
      const valueStart = at;
      while (at < end && (classes[bytes[at]!]! & FIELD_CONTENT) !== 0) at++;
      if (at + 2 >= end || bytes[at] !== CR || bytes[at + 1] !== LF) return undefined;
      if (at - nameStart > options.limitRequestFieldSize) return undefined;
      let valueEnd = at;
      while (valueEnd > valueStart && (bytes[valueEnd - 1] === 32 || bytes[valueEnd - 1] === 9)) valueEnd--;
      at += 2;
      switch (nameEnd - nameStart) {
        case 4:
          if (isNamed(bytes, nameStart, 'host')) host = spans.length;
          break;
        case 6:
          if (isNamed(bytes, nameStart, 'expect')) expect = spans.length;
          break;
        case 14:
          if (isNamed(bytes, nameStart, 'content-length')) contentLength = spans.length;
          break;
        case 17:
          if (isNamed(bytes, nameStart, 'transfer-encoding')) transferEncoding = spans.length;
          break;
      }
      spans.push(nameStart - start, nameEnd - start, valueStart - start, valueEnd - start);
    }
    if (options.limitRequestFields > 0 && spans.length >> 2 > options.limitRequestFields) return undefined;
    const text = latin1Text(bytes, start, at);
    const method = methodText(text, methodEnd - start);
    if (options.acceptedMethods?.has(method) === false) return undefined;
    // CONNECT takes a host and port, no path.
    if (method === 'CONNECT') return undefined;
    const pathStart = methodEnd + 1 - start;
    const pathEnd = (question < 0 ? targetEnd : question) - start;
    const target = text.slice(pathStart, targetEnd - start);
    const isHttp11 = bytes[targetEnd + 8] === 49;
    const line: RequestLine = {
      requestLine: text.slice(0, lineEnd - start),
      method,
      target,
      protocol: isHttp11 ? 'HTTP/1.1' : 'HTTP/1.0',
      protocolNumber: isHttp11 ? 1001 : 1000,
      parts: undefined,
      path: question < 0 ? target : text.slice(pathStart, pathEnd),
      query: question < 0 ? undefined : text.slice(pathEnd + 1, targetEnd - start),
      status: 0,
      log: undefined,
    };
    const headers = new HeaderTable(text, spans);
    this.end = at + 2;
    if (mayHaveDuplicates(text, spans)) {
      const fault = mergeDuplicates(headers, options.limitRequestFieldSize);
      if (fault !== undefined) return refuseFields(line, headers, fault);
      return this.finishRead(line, headers);
    }
    return this.finish(
      line,
      headers,
      valueIn(text, spans, host),
      valueIn(text, spans, contentLength),
      valueIn(text, spans, transferEncoding),
      valueIn(text, spans, expect),
    );
  }
}

function valueIn(text: string, spans: LineSpans, at: number): string | undefined {
  return at < 0 ? undefined : text.slice(spans[at + 2]!, spans[at + 3]!);
}

/** httpd: server/protocol.c ap_read_request */
function unmetExpectation(expect: string): RequestHeadFault {
  const text = `AH00570: client sent an unrecognized expectation value of Expect: ${expect}`;
  return { status: 417, log: { level: 'info', text } };
}

/** The target names a host of this server: with its own scheme, or as CONNECT does. */
function isForThisServer(line: RequestLine): boolean {
  return line.method === 'CONNECT' || line.parts?.scheme?.toLowerCase() === 'http';
}

/** ` HTTP/1.0` or ` HTTP/1.1` and the line end. */
function isProtocolAt(bytes: Uint8Array, at: number, end: number): boolean {
  return (
    at + 11 < end &&
    bytes[at] === 32 &&
    bytes[at + 1] === 72 &&
    bytes[at + 2] === 84 &&
    bytes[at + 3] === 84 &&
    bytes[at + 4] === 80 &&
    bytes[at + 5] === SLASH &&
    bytes[at + 6] === 49 &&
    bytes[at + 7] === 46 &&
    (bytes[at + 8] === 49 || bytes[at + 8] === 48) &&
    bytes[at + 9] === CR &&
    bytes[at + 10] === LF
  );
}

/** Whether these token bytes are the name; setting the bit of lower case maps no other token byte to a letter or hyphen. */
function isNamed(bytes: Uint8Array, at: number, lowerCaseName: string): boolean {
  for (let index = 0; index < lowerCaseName.length; index++) {
    if ((bytes[at + index]! | 32) !== lowerCaseName.charCodeAt(index)) return false;
  }
  return true;
}

/** Frequent methods as constants, so that comparing them is comparing addresses. */
function methodText(text: string, length: number): string {
  if (length === 3 && text.startsWith('GET')) return 'GET';
  if (length === 4 && text.startsWith('POST')) return 'POST';
  if (length === 4 && text.startsWith('HEAD')) return 'HEAD';
  return text.slice(0, length);
}

/** Whether two names have the same length and first letter. */
function mayHaveDuplicates(text: string, spans: LineSpans): boolean {
  for (let at = 4; at < spans.length; at += 4) {
    const length = spans[at + 1]! - spans[at]!;
    const first = text.charCodeAt(spans[at]!) | 32;
    for (let other = 0; other < at; other += 4) {
      if (spans[other + 1]! - spans[other]! !== length) continue;
      if ((text.charCodeAt(spans[other]!) | 32) === first) return true;
    }
  }
  return false;
}

function unusableLine(kind: 'too-long' | 'invalid', text: string, options: HeadOptions): RequestHeadError {
  const log: LogLine =
    kind === 'too-long'
      ? {
          level: 'info',
          text: `AH00565: request failed: client's request-line exceeds LimitRequestLine (longer than ${options.limitRequestLine})`,
        }
      : { level: 'debug', text: 'AH00566: request failed: malformed request line' };
  return {
    kind: 'error',
    status: kind === 'too-long' ? 414 : 400,
    note: undefined,
    log: [log],
    requestLine: text,
    method: undefined,
    target: '',
    path: undefined,
    query: undefined,
    unparsedTarget: undefined,
    isWithoutHost: false,
    protocol: 'HTTP/1.0',
    protocolNumber: 1000,
    hostname: undefined,
    named: { hostname: undefined, port: undefined },
    headers: new HeaderTable(),
  };
}

function refuseFields(
  line: RequestLine,
  headers: HeaderTable,
  fault: { note: string | undefined; log: LogLine[] },
): RequestHeadError {
  const log: LogLine[] = [
    ...fault.log,
    { level: 'debug', text: 'AH00567: request failed: error reading the headers' },
  ];
  return { ...refuse(line, headers, 400, log), note: fault.note };
}

function refuse(
  line: RequestLine,
  headers: HeaderTable,
  status: number,
  log: readonly LogLine[],
  name: { readonly hostname?: string | undefined; readonly port: number } = { port: 0 },
): RequestHeadError {
  const namesPort = line.method === 'CONNECT' ? line.target.includes(':') : hasPort.test(line.target);
  const noPort = line.parts === undefined && namesPort ? 0 : undefined;
  return {
    kind: 'error',
    status,
    note: undefined,
    log,
    requestLine: line.requestLine,
    method: line.method,
    target: line.target,
    path: line.path,
    query: line.query,
    unparsedTarget: isTargetParsed(line) ? undefined : line.path,
    protocol: line.protocol,
    protocolNumber: line.protocolNumber,
    isWithoutHost: false,
    hostname: name.hostname,
    named: {
      hostname: isForThisServer(line) ? line.parts?.hostname : undefined,
      port: name.port === 0 ? noPort : name.port,
    },
    headers,
  };
}

/** A clean path needs no parts. */
const isTargetParsed = ({ parts, method, target }: RequestLine) =>
  parts !== undefined || (method !== 'CONNECT' && target.startsWith('/'));

const hasPort = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/(?:\[[^/?#]*\]|[^/?#[]*):[^/?#@\]]+(?:[/?#]|$)/;
