import { latin1Text } from './byte-view.ts';
import { FieldReader, type FieldsFault, LineReader } from './field-lines.ts';
import { defaultHeadOptions, type HeadOptions } from './head-options.ts';
import type { HeaderTable } from './header-table.ts';

/** How the end of a body is told. */
export type BodyFraming = 'none' | 'length' | 'chunked' | 'close';

/** What a body has come to. After `error`, `status` says what Apache answers. */
export type BodyState = 'more' | 'done' | 'error';

type ChunkStep =
  | 'size'
  | 'digits'
  | 'blank'
  | 'extension'
  | 'size-lf'
  | 'data'
  | 'data-end'
  | 'data-end-lf'
  | 'trailers';

const CR = 13;
const LF = 10;
const MOST_BLANKS = 10;
const MOST_DIGITS = 16;

/** Finds the payload in the bytes of one body, without copying it. httpd: modules/http/http_filters.c ap_http_filter */
export class BodyDecoder {
  state: BodyState;
  /** Where the last bytes taken end; after `done`, what follows belongs to the next message. */
  end = 0;
  /** 400 for a chunk that makes no sense, 413 for one that is too long; 0 otherwise. */
  status = 0;
  /** The trailer fields of a chunked body that is done. */
  trailers: HeaderTable | undefined = undefined;
  /** Why the trailers were refused. */
  trailersFault: FieldsFault | undefined = undefined;
  private framing: BodyFraming;
  private options: HeadOptions;
  private remaining: number;
  private step: ChunkStep = 'size';
  private digits = 0;
  private startsHigh = false;
  private blanks = 0;
  private lineLength = 0;
  private lines: LineReader | undefined = undefined;
  private fields: FieldReader | undefined = undefined;

  constructor(framing: BodyFraming, contentLength = 0, options: HeadOptions = defaultHeadOptions) {
    this.framing = framing;
    this.remaining = framing === 'length' ? contentLength : 0;
    this.options = options;
    this.state = framing === 'none' || (framing === 'length' && contentLength <= 0) ? 'done' : 'more';
  }

  /** Takes bytes, and adds the views of payload in them to `slices`. */
  push(bytes: Uint8Array, start: number, end: number, slices: Uint8Array[]): BodyState {
    this.end = start;
    if (this.state !== 'more') return this.state;
    if (this.framing === 'chunked') return this.pushChunks(bytes, start, end, slices);
    if (this.framing === 'close') {
      if (end > start) slices.push(bytes.subarray(start, end));
      this.end = end;
      return 'more';
    }
    this.takeData(bytes, start, end, slices);
    if (this.remaining === 0) this.state = 'done';
    return this.state;
  }

  /** The connection has ended: whether the body was complete. */
  finish(): boolean {
    if (this.framing === 'close' && this.state === 'more') this.state = 'done';
    return this.state === 'done';
  }

  private takeData(bytes: Uint8Array, start: number, end: number, slices: Uint8Array[]): number {
    const dataEnd = end - start > this.remaining ? start + this.remaining : end;
    if (dataEnd > start) slices.push(bytes.subarray(start, dataEnd));
    this.remaining -= dataEnd - start;
    this.end = dataEnd;
    return dataEnd;
  }

  private pushChunks(bytes: Uint8Array, start: number, end: number, slices: Uint8Array[]): BodyState {
    let at = start;
    while (at < end) {
      if (this.step === 'trailers') return this.readTrailers(bytes, at, end);
      if (this.step === 'data') {
        at = this.takeData(bytes, at, end, slices);
        if (this.remaining === 0) this.step = 'data-end';
        continue;
      }
      const status = this.takeFramingByte(bytes[at]!);
      if (status !== 0) return this.fail(status, at);
      at++;
    }
    this.end = at;
    return 'more';
  }

  private fail(status: number, at: number): BodyState {
    this.status = status;
    this.end = at;
    this.state = 'error';
    return 'error';
  }

  /** Returns the status of an error, or 0. httpd: parse_chunk_size */
  private takeFramingByte(byte: number): number {
    if (this.step === 'data-end' || this.step === 'data-end-lf') return this.takeDataEnd(byte);
    if (this.step === 'size') {
      if (hexValue(byte) < 0) return 400;
      this.step = 'digits';
      this.remaining = 0;
      this.digits = 0;
      this.blanks = 0;
      this.lineLength = 0;
    }
    if (++this.lineLength > this.options.limitRequestFieldSize) return 413;
    if (byte === LF) {
      if (this.options.isStrict && this.step !== 'size-lf') return 400;
      this.step = this.remaining > 0 ? 'data' : 'trailers';
    } else if (this.step === 'size-lf') return 400;
    else if (byte === CR) this.step = 'size-lf';
    else if (byte === 59) this.step = 'extension';
    else if (this.step === 'extension') return (byte < 32 && byte !== 9) || byte === 127 ? 400 : 0;
    else if (byte === 32 || byte === 9) {
      this.step = 'blank';
      return ++this.blanks > MOST_BLANKS ? 400 : 0;
    } else if (this.step === 'blank') return 400;
    else return this.takeDigit(byte);
    return 0;
  }

  private takeDataEnd(byte: number): number {
    if (byte === LF && (this.step === 'data-end-lf' || !this.options.isStrict)) this.step = 'size';
    else if (byte === CR && this.step === 'data-end') this.step = 'data-end-lf';
    else return 400;
    return 0;
  }

  private takeDigit(byte: number): number {
    if (this.remaining === 0 && byte === 48) return 0;
    // Apache keeps the size in 64 bits with a sign; the room is checked before the digit.
    if (++this.digits > MOST_DIGITS) return 413;
    const value = hexValue(byte);
    if (value < 0) return 400;
    if (this.digits === 1) this.startsHigh = value >= 8;
    this.remaining = this.remaining * 16 + value;
    return this.digits === MOST_DIGITS && this.startsHigh ? 413 : 0;
  }

  private readTrailers(bytes: Uint8Array, start: number, end: number): BodyState {
    this.lines ??= new LineReader();
    this.fields ??= new FieldReader(this.options);
    this.lines.append(latin1Text(bytes, start, end));
    const result = this.fields.read(this.lines);
    this.end = end;
    if (result.kind === 'incomplete') return 'more';
    this.end = end - (this.lines.text.length - this.lines.at);
    if (result.kind === 'error') {
      this.trailersFault = result.fault;
      return this.fail(400, this.end);
    }
    this.trailers = this.fields.headers;
    this.state = 'done';
    return 'done';
  }
}

function hexValue(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
