import type { HeaderTable } from '@httpd-ts/http1';
import { trimBlanks } from '@httpd-ts/http1';
import {
  type Body,
  FILTER_RANK,
  type InputFilter,
  type LogLevel,
  type OutputFilter,
  type PullSource,
  type RequestBody,
  type RequestRecord,
  sendErrorResponse,
} from '@httpd-ts/kernel';
import { bodySource } from '../body-source.ts';
import { alterEtag } from '../content-coding.ts';
import { requestBodyLimitOf } from '../core/contract.ts';
import { noAnswer } from '../no-answer.ts';
import { transformedBody } from '../transformed-body.ts';
import { deflateDefaults, deflateServer, inflateDirectory } from './config.ts';
import { GzipError, type GzipFault, GzipMember } from './gzip-member.ts';

const isGzip = (coding: string) => /^(?:x-)?gzip$/i.test(trimBlanks(coding));

/** What a list of codings is once its last one, if that is gzip, was taken off; undefined when it is not. */
function withoutGzip(encoding: string): string | undefined {
  const tokens = encoding.split(',');
  while (tokens.length > 1 && /^[\t-\r ]*(?:identity)?[\t-\r ]*$/i.test(tokens.at(-1)!)) tokens.pop();
  const last = tokens.pop();
  return last !== undefined && isGzip(last) ? tokens.join(',') : undefined;
}

/** Takes gzip off a Content-Encoding header; false when it is not the outermost coding. httpd: check_gzip */
function takeGzipOff(headers: HeaderTable): boolean {
  const rest = withoutGzip(headers.get('Content-Encoding') ?? '');
  if (rest === undefined) return false;
  if (rest === '') headers.unset('Content-Encoding');
  else headers.set('Content-Encoding', rest);
  return true;
}

function takeGzipOffResponse(request: RequestRecord): boolean {
  const { headersOut, errHeadersOut, contentEncoding } = request;
  const table = [headersOut, errHeadersOut].find((headers) => headers.has('Content-Encoding'));
  if (table !== undefined) {
    if (!takeGzipOff(table)) return false;
    if (contentEncoding !== undefined) request.contentEncoding = table.get('Content-Encoding');
    return true;
  }
  const rest = contentEncoding === undefined ? undefined : withoutGzip(contentEncoding);
  if (rest === undefined) return false;
  request.contentEncoding = rest === '' ? undefined : rest;
  return true;
}

/** Expands a compressed response. httpd: modules/filters/mod_deflate.c inflate_out_filter */
export const inflateFilter: OutputFilter = {
  name: 'INFLATE',
  rank: FILTER_RANK.resource - 1,
  apply(request, body) {
    const isInitial = request.main === undefined && request.prev === undefined;
    if (!isInitial || request.status === 204 || request.headersOut.has('Content-Range')) return body;
    if (!takeGzipOffResponse(request)) return body;
    request.headersOut.unset('Content-Length');
    request.headersOut.unset('Content-MD5');
    alterEtag(request, 'gunzip', deflateServer.of(request).etag ?? 'addsuffix');
    return request.status === 304 ? body : expand(request, body);
  },
};

/**
 * Expands. What a back end sent before it broke off is passed on, and the client sees that it is not whole. What cannot
 * be expanded becomes an error page where a file was to be sent, and no answer at all where a back end had sent it:
 * mod_proxy looks after nothing that it passed on.
 */
async function expand(request: RequestRecord, body: Body | undefined): Promise<Body | undefined> {
  const { clock, compression, files } = request.server.plan.world;
  const { windowBits, bufferSize } = { ...deflateDefaults, ...deflateServer.of(request) };
  const limit = ratioGuard(request, 'AH02650');
  const given = bodySource(body, files);
  let first: Uint8Array | null | undefined = await Promise.resolve(given.pull()).catch(() => undefined);
  if (first && !beginsAsGzip(first)) return asItIs(first, given);
  const source: PullSource = {
    pull() {
      const chunk = first;
      first = undefined;
      return chunk === undefined ? given.pull() : chunk;
    },
    abort: () => given.abort(),
  };
  let hasPassedOn = false;
  let input = 0;
  let output = 0;
  try {
    return await transformedBody({
      // While it waits for more, mod_proxy has what there is sent.
      source: {
        pull() {
          const chunk = source.pull();
          if (chunk instanceof Promise && output > 0) hasPassedOn = true;
          return chunk;
        },
        flushesWhenIdle: given.flushesWhenIdle === true,
        marksFlushes: given.marksFlushes === true,
        abort: () => source.abort(),
      },
      clock,
      hasPassedOn: () => hasPassedOn && request.proxyRequest !== false,
      bufferSize,
      transform: new GzipMember(compression, windowBits),
      breakOff: async () => [],
      onChunk(read, made) {
        input += read;
        output += made;
        if (!limit(input, output)) throw new Error(ratioExceeded);
      },
      onEnd() {
        request.log('deflate', 'debug', `AH01398: Zlib: Inflated ${input} to ${output} : URL ${request.uri}`);
      },
    });
  } catch (error) {
    logFailure(request, error);
    if (request.proxyRequest !== false) return noAnswer(request, error as Error);
    request.status = 500;
    sendErrorResponse(request, 0);
    return request.output;
  }
}

/** Ten bytes are looked at, and of them the first three. */
const beginsAsGzip = (bytes: Uint8Array) =>
  bytes.length < 10 || (bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8);

/** What says that it is compressed and is not goes on as it is. */
function asItIs(first: Uint8Array, source: PullSource): Body {
  // The memory is the source's once it is pulled again.
  const whole = first.slice();
  const next = source.pull();
  if (next === null) return { kind: 'bytes', bytes: whole };
  // Whoever pulls it is told of a failure.
  if (next instanceof Promise) next.catch(() => {});
  const held = [whole, next];
  return {
    kind: 'source',
    length: undefined,
    source: { pull: () => (held.length > 0 ? held.shift()! : source.pull()), abort: () => source.abort() },
  };
}

function logFailure(request: RequestRecord, error: unknown): void {
  if (!(error instanceof GzipError)) return;
  const { fault, detail } = error;
  const messages: Readonly<Record<GzipFault, readonly [LogLevel, string]>> = {
    flags: ['error', `AH02620: inflate: bad flags ${detail}`],
    'header-cut': ['error', 'AH01401: Zlib: Validation bytes not present'],
    cut: ['error', 'AH01401: Zlib: Validation bytes not present'],
    checksum: ['error', 'AH01399: Zlib: Checksum of inflated stream invalid'],
    length: ['error', 'AH01400: Zlib: Length of inflated stream invalid'],
    data: ['warn', `AH01409: Zlib error -3 inflating data (${detail})`],
  };
  request.log('deflate', ...messages[fault]);
}

const ratioExceeded = 'ratio';

/** Tells whether the ratio is still bearable, looked at once for each buffer of output. httpd: check_ratio */
function ratioGuard(
  request: RequestRecord,
  number: 'AH02649' | 'AH02650',
): (input: number, output: number) => boolean {
  const { ratioLimit, ratioBurst } = { ...deflateDefaults, ...inflateDirectory.of(request) };
  const { bufferSize } = { ...deflateDefaults, ...deflateServer.of(request) };
  let hits = 0;
  let seen = 0;
  return (input, output) => {
    for (; input > 0 && seen < output && hits <= ratioBurst; seen += bufferSize) {
      hits = Math.floor(Math.min(seen + bufferSize, output) / input) < ratioLimit ? 0 : hits + 1;
    }
    if (hits <= ratioBurst) return true;
    request.log(
      'deflate',
      'warn',
      `${number}: Inflated content ratio is larger than the configured limit ${ratioLimit} by ${ratioBurst} time(s)`,
    );
    return false;
  };
}

/**
 * Expands a compressed request body. Its headers are as they came until somebody reads it.
 * httpd: modules/filters/mod_deflate.c deflate_in_filter
 */
export const inflateInput: InputFilter = {
  name: 'DEFLATE',
  rank: FILTER_RANK.contentSet,
  apply(request) {
    if (request.main !== undefined || request.prev !== undefined) return;
    if (withoutGzip(request.headersIn.get('Content-Encoding') ?? '') === undefined) return;
    request.body = new ExpandedBody(request, request.body);
  },
};

/** A request body that is expanded as it is read. */
class ExpandedBody implements RequestBody {
  /** What is expanded has another length; only nothing stays nothing. */
  readonly length: 0 | undefined;
  readonly isFiltered = true;
  private readonly request: RequestRecord;
  private readonly compressed: RequestBody;
  private readonly member: GzipMember;
  private readonly bodyLimit: number;
  private readonly withinRatio: (input: number, output: number) => boolean;
  private readonly ready: Uint8Array[] = [];
  private ownFailure: number | undefined = undefined;
  private hasBegun = false;
  private isDone = false;
  private input = 0;
  private output = 0;

  constructor(request: RequestRecord, compressed: RequestBody) {
    this.request = request;
    this.compressed = compressed;
    this.length = compressed.length === 0 ? 0 : undefined;
    const { windowBits } = { ...deflateDefaults, ...deflateServer.of(request) };
    this.member = new GzipMember(request.server.plan.world.compression, windowBits);
    this.bodyLimit = inflateDirectory.of(request).bodyLimit || requestBodyLimitOf(request);
    this.withinRatio = ratioGuard(request, 'AH02649');
  }

  get ended(): boolean {
    return this.isDone && this.ready.length === 0;
  }
  get failedInFilter(): boolean {
    return this.ownFailure !== undefined;
  }
  get failure(): number | undefined {
    return this.ownFailure ?? this.compressed.failure;
  }
  get isCutOff(): boolean | undefined {
    return this.compressed.isCutOff;
  }
  get trailersFault(): RequestBody['trailersFault'] {
    return this.compressed.trailersFault;
  }
  get trailers(): RequestBody['trailers'] {
    return this.compressed.trailers;
  }
  get awaitsContinue(): boolean {
    return this.compressed.awaitsContinue;
  }

  async pull(): Promise<Uint8Array | null> {
    if (!this.hasBegun) this.begin();
    while (this.ready.length === 0 && !this.isDone) await this.readOn();
    return this.ready.shift() ?? null;
  }

  private begin(): void {
    this.hasBegun = true;
    const { headersIn } = this.request;
    takeGzipOff(headersIn);
    headersIn.unset('Content-Length');
    headersIn.unset('Content-MD5');
  }

  private async readOn(): Promise<void> {
    const chunk = await this.compressed.pull();
    // A body with nothing in it is none.
    if (chunk === null && this.input === 0) {
      this.isDone = true;
      return;
    }
    this.input += chunk?.length ?? 0;
    this.isDone = chunk === null;
    try {
      this.take(await (chunk === null ? this.member.finish() : this.member.push(chunk)));
    } catch (error) {
      this.fail(error);
    }
  }

  private take(made: readonly Uint8Array[]): void {
    for (const bytes of made) this.output += bytes.length;
    if (this.member.hasMore) this.refuse(400, 'AH02485: Encountered extra data after compressed data');
    if (this.bodyLimit > 0 && this.output > this.bodyLimit) {
      const text = `AH02648: Inflated content length of ${this.output} is larger than the configured limit of ${this.bodyLimit}`;
      this.refuse(413, text);
    }
    if (!this.withinRatio(this.input, this.output)) this.refuse(400);
    this.ready.push(...made);
  }

  private refuse(status: number, text?: string): never {
    if (text !== undefined) this.request.log('deflate', 'error', text);
    this.ownFailure = status;
    throw new Error('the compressed request body cannot be read');
  }

  private fail(error: unknown): never {
    this.member.abort();
    if (error instanceof GzipError) {
      this.ownFailure = 400;
      const [level, text] = requestFaults[error.fault];
      this.request.log('deflate', level, text + error.detail);
    }
    throw error;
  }

  abort(): void {
    this.member.abort();
    this.compressed.abort();
  }
  noteContinued(): void {
    this.compressed.noteContinued?.();
  }
  limit(bytes: number): void {
    this.compressed.limit(bytes);
  }
}

const cutShort = 'Encountered premature end-of-stream while';
const requestFaults: Readonly<Record<GzipFault, readonly [LogLevel, string]>> = {
  flags: ['error', 'AH01388: Zlib: Invalid flags '],
  'header-cut': ['error', `AH02619: ${cutShort} reading inflate header`],
  cut: ['error', `AH02481: ${cutShort} inflating`],
  checksum: ['warn', 'AH01394: Zlib: CRC error inflating data'],
  length: ['warn', 'AH01395: Zlib: '],
  data: ['error', 'AH01392: Zlib error -3 inflating data '],
};
