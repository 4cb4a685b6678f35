import { type Body, bodyLength, FILTER_RANK, type OutputFilter, type RequestRecord } from '@httpd-ts/kernel';
import { bodySource } from '../body-source.ts';
import { acceptsCoding, codingOf, leaveSizes, tellCoding } from '../content-coding.ts';
import { joined, transformedBody } from '../transformed-body.ts';
import { deflateDefaults, deflateServer } from './config.ts';

/** A response this short would grow: header and checksum of gzip, and the headers that tell of it. */
const smallest = 10 + 8 + 50;

/** Compresses the response for clients that accept it. httpd: modules/filters/mod_deflate.c deflate_out_filter */
export const deflateFilter: OutputFilter = {
  name: 'DEFLATE',
  rank: FILTER_RANK.contentSet,
  apply(request, body) {
    // Of what is yet to come httpd does not know how little it is.
    const isHere = body?.kind !== 'source' || body.source.isWhole === true;
    const length = isHere ? bodyLength(body) : undefined;
    if (length !== undefined && length <= smallest) {
      return skip(request, body, `very small response of ${length} bytes`);
    }
    const reason = refusal(request);
    if (reason !== undefined) return skip(request, body, reason);
    const coded = codingOf(request);
    if (coded !== undefined) return skip(request, body, `content-encoding already  set: ${coded}`);
    request.headersOut.merge('Vary', 'Accept-Encoding');
    if (request.env('force-gzip') === undefined && !acceptsCoding(request, 'gzip')) {
      return skip(request, body, 'no Accept-Encoding: gzip');
    }
    const settings = { ...deflateDefaults, ...deflateServer.of(request) };
    if (request.status !== 304 && settings.windowBits <= 8) {
      request.log(
        'deflate',
        'error',
        `AH01383: unable to init Zlib: deflateInit2 returned -2: URL ${request.uri}`,
      );
      return body;
    }
    tellCoding(request, 'gzip', deflateServer.of(request).etag ?? 'addsuffix');
    return request.status === 304 ? body : compress(request, body);
  },
};

function skip(request: RequestRecord, body: Body | undefined, reason: string): Body | undefined {
  if (request.logs('deflate', 'trace1')) request.log('deflate', 'trace1', `Not compressing (${reason})`);
  return body;
}

function refusal(request: RequestRecord): string | undefined {
  if (request.main !== undefined) return 'subrequest';
  if (request.status === 204) return 'no content';
  if (request.env('no-gzip') !== undefined) return 'no-gzip';
  if (request.headersOut.has('Content-Range')) return 'content-range';
  const isHtml = request.contentType?.startsWith('text/html') ?? false;
  return !isHtml && request.env('gzip-only-text/html') === '1' ? 'gzip-only-text/html' : undefined;
}

/** httpd: gzip_header; the libraries differ in the flags they set there. */
const gzipHeader = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];

async function compress(request: RequestRecord, body: Body | undefined): Promise<Body> {
  const { clock, compression, files } = request.server.plan.world;
  const config = deflateServer.of(request);
  const { level, windowBits, memLevel, bufferSize } = { ...deflateDefaults, ...config };
  // What came without a length goes out without one unless its end has come, too.
  const isMeasured =
    bodyLength(body) !== undefined || (body?.kind === 'source' && body.source.isWhole === true);
  const transform = compression.deflate({ format: 'gzip', level, windowBits, memLevel });
  let input = 0;
  let output = -gzipHeader.length;
  let hasHeader = false;
  const compressed = await transformedBody({
    source: bodySource(body, files),
    clock,
    bufferSize: bufferSize + gzipHeader.length,
    transform: {
      ...transform,
      async push(bytes) {
        const made = await transform.push(bytes);
        return hasHeader ? made : withHeader(made);
      },
      async flush() {
        const made = await transform.flush();
        return hasHeader ? made : withHeader(made);
      },
      async finish() {
        const made = await transform.finish();
        return hasHeader ? made : withHeader(made);
      },
    },
    // httpd: the stream is ended as if the body were whole, but not the answer.
    async breakOff() {
      const flushed = await transform.flush();
      const begun = hasHeader ? flushed : withHeader(flushed);
      return [begun, await transform.finish()]
        .map((pieces) => joined(pieces))
        .filter(({ length }) => length > 0);
    },
    onChunk(read, made) {
      input += read;
      output += made;
    },
    onEnd: () => leaveNotes(request, input, output - 8),
  });
  return isMeasured || bodyLength(compressed) === undefined
    ? compressed
    : { kind: 'source', length: undefined, source: bodySource(compressed, files) };

  function withHeader(made: readonly Uint8Array[]): readonly Uint8Array[] {
    const first = made[0];
    if (first === undefined || first.length < gzipHeader.length) return made;
    hasHeader = true;
    const own = first.slice();
    own.set(gzipHeader);
    return [own, ...made.slice(1)];
  }
}

/** Counts for the log. */
function leaveNotes(request: RequestRecord, input: number, output: number): void {
  if (request.logs('deflate', 'debug')) {
    request.log('deflate', 'debug', `AH01384: Zlib: Compressed ${input} to ${output} : URL ${request.uri}`);
  }
  const config = deflateServer.of(request);
  if (input > 0) leaveSizes(request, config, input, output);
  else
    for (const name of [config.inputNote, config.outputNote, config.ratioNote]) {
      if (name !== undefined) request.notes.set(name, '-');
    }
}
