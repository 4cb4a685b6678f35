import type { HeaderTable } from '@httpd-ts/http1';
import { trimBlanks } from '@httpd-ts/http1';
import {
  type Body,
  FILTER_RANK,
  type InputFilter,
  type OutputFilter,
  type PullSource,
  type RequestBody,
  type RequestRecord,
  sendErrorResponse,
} from '@httpd-ts/kernel';
import { bodySource } from '../body-source.ts';
import { noAnswer } from '../no-answer.ts';
import { alterEtag } from './alter-etag.ts';
import { deflateDefaults, deflateServer, inflateDirectory } from './config.ts';
import { transformedBody } from './transformed-body.ts';

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
  const { compression, files } = request.server.plan.world;
  const { windowBits, bufferSize } = { ...deflateDefaults, ...deflateServer.of(request) };
  const limit = ratioGuard(request);
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
        abort: () => source.abort(),
      },
      hasPassedOn: () => hasPassedOn && request.proxyRequest !== false,
      bufferSize,
      transform: compression.inflate({ format: 'gzip', windowBits }),
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
    logFailure(request, (error as Error).message);
    if (request.proxyRequest !== false) return noAnswer(request, error as Error);
    request.status = 500;
    sendErrorResponse(request, 0);
    return request.output;
  }
}

/** Ten bytes are looked at. */
const beginsAsGzip = (bytes: Uint8Array) => bytes.length < 10 || (bytes[0] === 0x1f && bytes[1] === 0x8b);

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

function logFailure(request: RequestRecord, message: string): void {
  if (message === 'unexpected end of file') {
    request.log('deflate', 'error', 'AH01401: Zlib: Validation bytes not present');
  } else if (message === 'incorrect header check')
    request.log('deflate', 'error', 'AH01405: inflate: bad header');
  else if (message !== ratioExceeded) {
    request.log('deflate', 'warn', `AH01409: Zlib error -3 inflating data (${message})`);
  }
}

const ratioExceeded = 'ratio';

/** Tells whether the ratio is still bearable, looked at once for each buffer of output. httpd: check_ratio */
function ratioGuard(request: RequestRecord): (input: number, output: number) => boolean {
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
      `AH02650: Inflated content ratio is larger than the configured limit ${ratioLimit} by ${ratioBurst} time(s)`,
    );
    return false;
  };
}

/** Expands a compressed request body. httpd: modules/filters/mod_deflate.c deflate_in_filter */
export const inflateInput: InputFilter = {
  name: 'DEFLATE',
  rank: FILTER_RANK.contentSet,
  apply(request) {
    if (request.main !== undefined || request.prev !== undefined) return;
    if (!takeGzipOff(request.headersIn)) return;
    request.headersIn.unset('Content-Length');
    request.headersIn.unset('Content-MD5');
    request.body = expandedBody(request, request.body);
  },
};

function expandedBody(request: RequestRecord, compressed: RequestBody): RequestBody {
  const { bodyLimit = 0 } = inflateDirectory.of(request);
  const { windowBits } = { ...deflateDefaults, ...deflateServer.of(request) };
  const transform = request.server.plan.world.compression.inflate({ format: 'gzip', windowBits });
  const withinRatio = ratioGuard(request);
  const ready: Uint8Array[] = [];
  let input = 0;
  let output = 0;
  let isDone = false;
  let failure: number | undefined;
  const fail = (status: number): never => {
    failure = status;
    transform.abort();
    throw new Error('the compressed request body cannot be read');
  };
  const take = (made: readonly Uint8Array[]) => {
    for (const bytes of made) output += bytes.length;
    ready.push(...made);
    if (bodyLimit > 0 && output > bodyLimit) {
      request.log(
        'deflate',
        'error',
        `AH02648: Inflated content length of ${output} is larger than the configured limit of ${bodyLimit}`,
      );
      fail(413);
    }
    if (!withinRatio(input, output)) fail(413);
  };
  return {
    length: undefined,
    get ended() {
      return isDone && ready.length === 0;
    },
    get failure() {
      return failure ?? compressed.failure;
    },
    get trailers() {
      return compressed.trailers;
    },
    get awaitsContinue() {
      return compressed.awaitsContinue;
    },
    async pull() {
      while (ready.length === 0 && !isDone) {
        const chunk = await compressed.pull();
        input += chunk?.length ?? 0;
        isDone = chunk === null;
        take(await (chunk === null ? transform.finish() : transform.push(chunk)).catch(() => fail(400)));
      }
      return ready.shift() ?? null;
    },
    abort() {
      transform.abort();
      compressed.abort();
    },
    limit: (bytes) => compressed.limit(bytes),
  };
}
