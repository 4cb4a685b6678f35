import { latin1Text } from './byte-view.ts';
import { characterClasses, FIELD_CONTENT, TOKEN } from './character-classes.ts';
import { LineReader } from './field-lines.ts';
import { HeaderTable, type LineSpans } from './header-table.ts';

/** The directives that decide how a response head of a back end is read. */
export type ResponseHeadOptions = {
  /** ProxyBadHeader: what to do about a line without a colon. */
  badHeader: 'IsError' | 'Ignore' | 'StartBody';
  /** The worker's responsefieldsize. */
  responseFieldSize: number;
};

/** What holds when no directive says otherwise. */
export const defaultResponseHeadOptions: ResponseHeadOptions = {
  badHeader: 'IsError',
  responseFieldSize: 8192,
};

/** A response head of a back end; `1xx` heads are given like others. */
export type ResponseHead = {
  kind: 'head';
  status: number;
  /** The status with its reason, as it goes into the answer: `200 OK`, `200 `; '' when malformed (`200OK`): the server's own for the status. */
  statusLine: string;
  /** 1001 is HTTP/1.1; 9 is an answer without head. */
  protocolNumber: number;
  /** In the order they came, duplicates apart; not yet checked for the client. */
  headers: HeaderTable;
  /** What was taken for a head and belongs to the body. */
  bodyStart: string;
  /** The lines of the error log; one that ends in `returned by` goes on with the URI and `(method)`. */
  log: readonly string[];
};

/** A reply that becomes a 502. */
export type ResponseHeadError = {
  kind: 'error';
  status: 502;
  /** What httpd's error page gives as the reason; without one it is the plain page. */
  reason: string | undefined;
  /** The status that the back end gave before; 0 where it had not come to that. */
  answered: number;
  /** The lines of the error log; those of `reason` are the caller's (AH00898). */
  log: readonly string[];
};

const statusMask = /^HTTP\/\d\.\d \d{3}/;
const CR = 13;
const LF = 10;
const COLON = 58;
const readError = 'Error reading from remote server';

/** Reads the response heads of one connection to a back end. httpd: modules/proxy/mod_proxy_http.c */
export class ResponseHeadReader {
  /** Where the last head ended, in the bytes it ended in. */
  end = 0;
  private options: ResponseHeadOptions;
  private lines: LineReader | undefined = undefined;
  private head: ResponseHead | undefined = undefined;
  private sawEmptyLine = false;
  private sawFields = false;
  private last: string | undefined = undefined;

  constructor(options: ResponseHeadOptions = defaultResponseHeadOptions) {
    this.options = options;
  }

  /** Reads on; undefined means that all bytes are taken and the head is incomplete. */
  read(bytes: Uint8Array, start: number, end: number): ResponseHead | ResponseHeadError | undefined {
    if (this.lines === undefined) {
      const head = this.readClean(bytes, start, end);
      if (head !== undefined) return head;
      this.lines = new LineReader();
    }
    this.lines.append(latin1Text(bytes, start, end));
    const result = this.readLines(this.lines);
    if (result !== undefined) this.finish(end);
    return result;
  }

  /** The back end has closed the connection before the head was complete. */
  readEnd(): ResponseHeadError {
    const answered = this.head?.status;
    this.lines ??= new LineReader();
    this.finish(0);
    return answered !== undefined
      ? {
          kind: 'error',
          status: 502,
          reason: undefined,
          answered,
          log: ['AH10404: Error reading headers from backend'],
        }
      : { kind: 'error', status: 502, reason: readError, answered: 0, log: [] };
  }

  private finish(end: number): void {
    const lines = this.lines!;
    this.end = end - (lines.text.length - lines.at);
    this.lines = undefined;
    this.head = undefined;
    this.last = undefined;
    this.sawEmptyLine = false;
    this.sawFields = false;
  }

  private readLines(lines: LineReader): ResponseHead | ResponseHeadError | undefined {
    while (this.head === undefined) {
      const result = this.readStatusLine(lines);
      if (result === undefined) return undefined;
      if (result.kind === 'error' || result.protocolNumber < 1000) return result;
      this.head = result;
    }
    return this.readFields(lines, this.head);
  }

  private readStatusLine(lines: LineReader): ResponseHead | ResponseHeadError | undefined {
    for (;;) {
      const size = this.options.responseFieldSize;
      const line = lines.next(size - 2, false);
      if (line.kind === 'incomplete') return undefined;
      if (line.kind === 'invalid')
        return { kind: 'error', status: 502, reason: readError, answered: 0, log: [] };
      const { text } = line;
      if (text === '') {
        // One stray line end is let pass.
        if (this.sawEmptyLine) return { kind: 'error', status: 502, reason: readError, answered: 0, log: [] };
        this.sawEmptyLine = true;
        continue;
      }
      if (!statusMask.test(text)) return withoutHead(text);
      if (text[5] !== '1' || text.length >= size - 1) {
        const reason = `Corrupt status line returned by remote server: ${text}`;
        return { kind: 'error', status: 502, reason, answered: 0, log: [] };
      }
      return {
        kind: 'head',
        status: Number(text.slice(9, 12)),
        statusLine: text.length === 12 ? `${text.slice(9)} ` : text[12] === ' ' ? text.slice(9) : '',
        protocolNumber: 1000 + text.charCodeAt(7) - 48,
        headers: new HeaderTable(),
        bodyStart: '',
        log: [],
      };
    }
  }

  /** httpd: ap_proxy_read_headers */
  private readFields(lines: LineReader, head: ResponseHead): ResponseHead | ResponseHeadError | undefined {
    const log = head.log as string[];
    for (;;) {
      const size = this.options.responseFieldSize;
      const line = lines.next(size - 2, false);
      if (line.kind === 'incomplete') return undefined;
      if (line.kind === 'invalid')
        return badField(head.status, ['AH10404: Error reading headers from backend']);
      if (line.kind === 'too-long') return badField(head.status, [tooLong(size, line.text)]);
      const { text } = line;
      if (this.last !== undefined && (text[0] === ' ' || text[0] === '\t')) {
        this.last += text;
        if (this.last.length > size - 1) return badField(head.status, [tooLong(size, this.last)]);
        continue;
      }
      const isOver = this.last !== undefined && this.takeField(this.last, head, log);
      this.last = undefined;
      if (isOver === 'error') return badField(head.status, log);
      if (isOver === 'body') {
        // The line just read is body already.
        lines.giveBack();
        return head;
      }
      if (text === '') return head;
      this.last = text;
    }
  }

  private takeField(field: string, head: ResponseHead, log: string[]): 'error' | 'body' | undefined {
    const colon = field.indexOf(':');
    if (colon >= 0) {
      head.headers.add(field.slice(0, colon), trimSpace(field.slice(colon + 1)));
      this.sawFields = true;
      return undefined;
    }
    if (!statusMask.test(field)) {
      const { badHeader } = this.options;
      if (badHeader === 'IsError') return 'error';
      if (badHeader === 'StartBody') {
        // The line itself is lost to both.
        log.push(
          this.sawFields
            ? 'AH01098: Starting body due to bogus non-header in headers returned by'
            : 'AH01099: No HTTP headers returned by',
        );
        return 'body';
      }
    }
    log.push('AH01100: Ignoring bogus HTTP header returned by');
    return undefined;
  }

  /** Reads a head of the usual kind that lies in the bytes as a whole; undefined sends it the exact way. */
  private readClean(bytes: Uint8Array, start: number, end: number): ResponseHead | undefined {
    const classes = characterClasses;
    const limit = this.options.responseFieldSize - 2;
    let at = start;
    while (at < end && (classes[bytes[at]!]! & FIELD_CONTENT) !== 0) at++;
    const lineEnd = at;
    if (!isCleanStatusLine(bytes, start, lineEnd, end) || lineEnd - start >= limit) return undefined;
    at += 2;
    const spans: LineSpans = [];
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
      if (at + 2 >= end || bytes[at] !== CR || bytes[at + 1] !== LF || at - nameStart > limit)
        return undefined;
      let valueEnd = at;
      while (valueEnd > valueStart && (bytes[valueEnd - 1] === 32 || bytes[valueEnd - 1] === 9)) valueEnd--;
      at += 2;
      spans.push(nameStart - start, nameEnd - start, valueStart - start, valueEnd - start);
    }
    const text = latin1Text(bytes, start, at);
    this.end = at + 2;
    return {
      kind: 'head',
      status: (bytes[start + 9]! - 48) * 100 + (bytes[start + 10]! - 48) * 10 + bytes[start + 11]! - 48,
      statusLine: text.slice(9, lineEnd - start),
      protocolNumber: 1000 + bytes[start + 7]! - 48,
      headers: new HeaderTable(text, spans),
      bodyStart: '',
      log: [],
    };
  }
}

/** `HTTP/1.d ddd ` and anything, with its line end. */
function isCleanStatusLine(bytes: Uint8Array, start: number, lineEnd: number, end: number): boolean {
  if (lineEnd - start < 13 || lineEnd + 2 >= end) return false;
  return (
    bytes[lineEnd] === CR &&
    bytes[lineEnd + 1] === LF &&
    bytes[start] === 72 &&
    bytes[start + 1] === 84 &&
    bytes[start + 2] === 84 &&
    bytes[start + 3] === 80 &&
    bytes[start + 4] === 47 &&
    bytes[start + 5] === 49 &&
    bytes[start + 6] === 46 &&
    isDigit(bytes[start + 7]!) &&
    bytes[start + 8] === 32 &&
    isDigit(bytes[start + 9]!) &&
    isDigit(bytes[start + 10]!) &&
    isDigit(bytes[start + 11]!) &&
    bytes[start + 12] === 32
  );
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

/** A reply that is no HTTP/1 is a body, whose first line end is lost. */
function withoutHead(text: string): ResponseHead {
  return {
    kind: 'head',
    status: 200,
    statusLine: '200 OK',
    protocolNumber: 9,
    headers: new HeaderTable(),
    bodyStart: text,
    log: [],
  };
}

function badField(answered: number, log: readonly string[]): ResponseHeadError {
  return { kind: 'error', status: 502, reason: undefined, answered, log };
}

function tooLong(size: number, text: string): string {
  const part = Math.floor(Math.min(text.length, 128) / 2);
  const shown = `${text.slice(0, part)}[...]${text.slice(text.length - part)}`;
  return `AH10124: header size is over the limit allowed by ResponseFieldSize (${size} bytes). Bad response header: '${shown}'`;
}

/** Takes isspace() off both ends. */
function trimSpace(text: string): string {
  return text.replace(/^[\t-\r ]+|[\t-\r ]+$/g, '');
}
