import { FIELD_CONTENT, skipClass, TOKEN } from './character-classes.ts';
import type { HeadOptions, LogLine } from './head-options.ts';
import { HeaderTable } from './header-table.ts';
import { shorten } from './request-line.ts';

/** A line of a head: its text without the line end, or why there is none. */
export type Line =
  | { kind: 'line'; text: string }
  | { kind: 'incomplete' }
  | { kind: 'too-long' | 'invalid'; text: string };

const incomplete: Line = { kind: 'incomplete' };

/** Cuts text that comes in pieces into lines. httpd: server/protocol.c ap_rgetline_core */
export class LineReader {
  /** What has not been taken yet begins at `at`. */
  text = '';
  at = 0;
  private searched = 0;
  private lineStart = 0;
  private isDiscarding = false;
  /** The end of the line at hand was thrown away: whatever is left of it, it is too long. */
  private isCut = false;

  /** Adds a piece. */
  append(piece: string): void {
    let from = 0;
    if (this.isDiscarding) {
      from = piece.indexOf('\n');
      if (from < 0) return;
      this.isDiscarding = false;
    }
    if (this.at > 0) this.text = this.text.slice(this.at);
    this.searched -= this.at;
    this.lineStart -= this.at;
    this.at = 0;
    this.text += from === 0 ? piece : piece.slice(from);
  }

  /** Makes the last line taken the next one again. */
  giveBack(): void {
    this.at = this.lineStart;
    this.searched = 0;
  }

  /** Takes the next line. Of a line that is too long nothing is kept but its beginning, and its end is awaited. */
  next(limit: number, needsCr: boolean): Line {
    const { text, at } = this;
    const end = text.indexOf('\n', Math.max(at, this.searched));
    if (end < 0) {
      this.searched = text.length;
      // A line end of two bytes still fits behind a line of limit + 1.
      if (text.length - at > limit + 2) {
        this.text = text.slice(at, at + limit + 2);
        this.at = 0;
        this.searched = this.text.length;
        this.isDiscarding = true;
        this.isCut = true;
      }
      return incomplete;
    }
    this.lineStart = at;
    this.at = end + 1;
    const hasCr = end > at && text.charCodeAt(end - 1) === 13;
    const line = text.slice(at, hasCr ? end - 1 : end);
    const { isCut } = this;
    this.isCut = false;
    if (isCut || line.length > limit + 1)
      return { kind: 'too-long', text: cutAtNul(line.slice(0, limit + 1)) };
    if (needsCr && !hasCr) return { kind: 'invalid', text: cutAtNul(text.slice(at, end + 1)) };
    return line.includes('\0') ? { kind: 'invalid', text: cutAtNul(line) } : { kind: 'line', text: line };
  }
}

function cutAtNul(text: string): string {
  const nul = text.indexOf('\0');
  return nul < 0 ? text : text.slice(0, nul);
}

/** Why fields are refused: what the error page adds, and what the log says. */
export type FieldsFault = { note: string | undefined; log: LogLine[] };

/** What reading fields has come to. */
export type FieldsResult = { kind: 'incomplete' | 'done' } | { kind: 'error'; fault: FieldsFault };

const sizeNote = 'Size of a request header field exceeds server limit.';
const countNote = "The number of request header fields exceeds this server's limit.";
const incompleteFields: FieldsResult = { kind: 'incomplete' };

/** Reads header or trailer fields line by line, exactly as Apache does. httpd: server/protocol.c ap_get_mime_headers_core */
export class FieldReader {
  readonly headers = new HeaderTable();
  private last: string | undefined = undefined;
  private count = 0;
  private options: HeadOptions;

  constructor(options: HeadOptions) {
    this.options = options;
  }

  /** Takes as many lines as there are. */
  read(lines: LineReader): FieldsResult {
    const { limitRequestFieldSize, isStrict } = this.options;
    for (;;) {
      const line = lines.next(limitRequestFieldSize, isStrict);
      if (line.kind === 'incomplete') return incompleteFields;
      if (line.kind !== 'line') return unreadable(line.kind, line.text);
      const text = line.text.length > 1 ? trimEnd(line.text) : line.text;
      const first = text.charCodeAt(0);
      const fault = first === 32 || first === 9 ? this.unfold(text) : this.takeLast();
      if (fault !== undefined) return { kind: 'error', fault };
      if (text === '') return this.finish();
      if (first !== 32 && first !== 9) this.last = text;
    }
  }

  private unfold(text: string): FieldsFault | undefined {
    if (this.last === undefined) return refuse('AH03442: Line folding encountered before first header line');
    if (text.length === 1) return refuse('AH03443: Empty folded line encountered');
    const continuation = text.replace(/^[ \t]+/, '');
    if (this.last.length + continuation.length + 2 >= this.options.limitRequestFieldSize) {
      const text = `AH00562: Request header exceeds LimitRequestFieldSize after folding: ${shorten(this.last)}`;
      return refuse(text, 'info', sizeNote);
    }
    this.last = `${this.last} ${continuation}`;
    return undefined;
  }

  /** Takes the line before into the table, now that no continuation can follow. */
  private takeLast(): FieldsFault | undefined {
    if (this.last === undefined) return undefined;
    const { limitRequestFields, isStrict } = this.options;
    if (limitRequestFields > 0 && ++this.count > limitRequestFields) {
      return refuse('AH00563: Number of request headers exceeds LimitRequestFields', 'info', countNote);
    }
    return isStrict ? this.takeStrict(this.last) : this.takeUnsafe(this.last);
  }

  private takeStrict(field: string): FieldsFault | undefined {
    const colon = skipClass(field, 0, TOKEN);
    if (colon === 0 || field[colon] !== ':') {
      return refuse(`AH02426: Request header field name is malformed: ${field.slice(0, 80)}`);
    }
    const value = field.slice(colon + 1).replace(/^[ \t]+/, '');
    if (skipClass(value, 0, FIELD_CONTENT) < value.length) {
      return refuse(`AH02427: Request header value is malformed: ${value.slice(0, 80)}`);
    }
    this.headers.add(field.slice(0, colon), value);
    return undefined;
  }

  private takeUnsafe(field: string): FieldsFault | undefined {
    const colon = field.indexOf(':');
    if (colon < 0) {
      return refuse(`AH00564: Request header field is missing ':' separator: ${field.slice(0, 80)}`);
    }
    if (colon === 0) return refuse('AH03453: Request header field name was empty');
    const name = field.slice(0, colon);
    if (/[\t-\r ]/.test(name)) {
      return refuse('AH03452: Request header field name presented invalid whitespace');
    }
    const value = field.slice(colon + 1).replace(/^[ \t]+/, '');
    if (/[\n-\r]/.test(value)) return refuse('AH03451: Request header field value presented bad whitespace');
    this.headers.add(name, value);
    return undefined;
  }

  private finish(): FieldsResult {
    const fault = mergeDuplicates(this.headers, this.options.limitRequestFieldSize);
    return fault === undefined ? { kind: 'done' } : { kind: 'error', fault };
  }
}

/** Joins fields of one name, which must not make them longer than a field may be. */
export function mergeDuplicates(
  headers: HeaderTable,
  limitRequestFieldSize: number,
): FieldsFault | undefined {
  headers.compress('merge');
  let tooLong: string | undefined;
  headers.forEach((name, value) => {
    if (value.length > limitRequestFieldSize) tooLong ??= name;
  });
  if (tooLong === undefined) return undefined;
  const text = `AH00560: Request header exceeds LimitRequestFieldSize after merging: ${shorten(tooLong)}`;
  return refuse(text, 'info', sizeNote);
}

function unreadable(kind: 'too-long' | 'invalid', text: string): FieldsResult {
  const log: LogLine[] = [{ level: 'debug', text: `Failed to read request header line ${text}` }];
  if (kind === 'invalid') return { kind: 'error', fault: { note: undefined, log } };
  const name = text === '' ? '' : `: ${shorten(text)}`;
  log.push({ level: 'info', text: `AH00561: Request header exceeds LimitRequestFieldSize${name}` });
  return { kind: 'error', fault: { note: sizeNote, log } };
}

function refuse(text: string, level: LogLine['level'] = 'debug', note?: string): FieldsFault {
  return { note, log: [{ level, text }] };
}

/** Blanks at the end go, but for a lone one. */
function trimEnd(text: string): string {
  let end = text.length;
  while (end > 1 && (text.charCodeAt(end - 1) === 32 || text.charCodeAt(end - 1) === 9)) end--;
  return end === text.length ? text : text.slice(0, end);
}
