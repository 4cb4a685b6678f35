import type { Compression, Inflation, Transform } from '@httpd-ts/kernel';

/** What can be wrong with a gzip stream. */
export type GzipFault = 'flags' | 'header-cut' | 'cut' | 'checksum' | 'length' | 'data';

/** A gzip stream that cannot be expanded; `detail` is what a message shows beside the fault. */
export class GzipError extends Error {
  readonly fault: GzipFault;
  readonly detail: string;

  constructor(fault: GzipFault, detail = '') {
    super(`gzip stream: ${fault} ${detail}`);
    this.fault = fault;
    this.detail = detail;
  }
}

const fixedHeader = 10;
const trailerLength = 8;
const flags = { headerChecksum: 2, extraField: 4, name: 8, comment: 16, reserved: 0xe0 };

/**
 * Expands one gzip member and checks it. What stands behind it is looked at by nobody here: httpd takes a response for
 * ended there, and a request for wrong. The method is not looked at either, nor the checksum of the header.
 */
export class GzipMember implements Transform {
  /** Bytes came behind the end of the member. */
  hasMore = false;
  private readonly compression: Compression;
  private readonly inflation: Inflation;
  private header: Uint8Array | undefined = new Uint8Array();
  private readonly trailer: number[] = [];
  private pushed = 0;
  private length = 0;
  private checksum = 0;

  constructor(compression: Compression, windowBits: number) {
    this.compression = compression;
    this.inflation = compression.inflate({ format: 'raw', windowBits });
  }

  async push(bytes: Uint8Array): Promise<readonly Uint8Array[]> {
    if (this.header === undefined) return this.expand(bytes);
    const header = this.header.length === 0 ? bytes : concatenated(this.header, bytes);
    const end = endOfHeader(header);
    if (end === undefined) {
      this.header = header.slice();
      return [];
    }
    this.header = undefined;
    return this.expand(header.subarray(end));
  }

  private async expand(bytes: Uint8Array): Promise<readonly Uint8Array[]> {
    if (bytes.length === 0) return [];
    if (this.inflation.consumed !== undefined) {
      this.takeTrailer(bytes);
      return [];
    }
    this.pushed += bytes.length;
    const made = await this.inflation.push(bytes).catch((error: Error) => {
      throw new GzipError('data', error.message);
    });
    for (const piece of made) {
      this.length += piece.length;
      this.checksum = this.compression.crc32(piece, this.checksum);
    }
    const { consumed } = this.inflation;
    if (consumed !== undefined) this.takeTrailer(bytes.subarray(bytes.length - (this.pushed - consumed)));
    return made;
  }

  private takeTrailer(bytes: Uint8Array): void {
    const wanted = trailerLength - this.trailer.length;
    this.trailer.push(...bytes.subarray(0, wanted));
    if (bytes.length > wanted) this.hasMore = true;
    if (this.trailer.length === trailerLength) this.check();
  }

  private check(): void {
    if (this.trailerNumber(0) !== this.checksum) throw new GzipError('checksum');
    const expected = this.trailerNumber(4);
    if (expected !== this.length % 2 ** 32)
      throw new GzipError(
        'length',
        `Length ${this.length} of inflated data does not match expected value ${expected}`,
      );
  }

  private trailerNumber(at: number): number {
    return [3, 2, 1, 0].reduce((value, index) => value * 256 + this.trailer[at + index]!, 0);
  }

  async flush(): Promise<readonly Uint8Array[]> {
    return [];
  }

  async finish(): Promise<readonly Uint8Array[]> {
    if (this.header !== undefined && this.header.length < fixedHeader) throw new GzipError('header-cut');
    if (this.trailer.length < trailerLength) throw new GzipError('cut');
    return [];
  }

  abort(): void {
    this.inflation.abort();
  }
}

/** Where the compressed data begin; undefined when more of the header must come. httpd: consume_zlib_flags */
function endOfHeader(bytes: Uint8Array): number | undefined {
  if (bytes.length < fixedHeader) return undefined;
  const set = bytes[3]!;
  if ((set & flags.reserved) !== 0)
    throw new GzipError('flags', (((set << 24) >> 24) >>> 0).toString(16).padStart(2, '0'));
  let at = fixedHeader;
  if (set & flags.extraField) {
    if (bytes.length < at + 2) return undefined;
    at += 2 + bytes[at]! + bytes[at + 1]! * 256;
  }
  for (const text of [flags.name, flags.comment]) {
    if ((set & text) === 0) continue;
    const end = bytes.indexOf(0, at);
    if (at > bytes.length || end < 0) return undefined;
    at = end + 1;
  }
  if (set & flags.headerChecksum) at += 2;
  return at <= bytes.length ? at : undefined;
}

function concatenated(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
