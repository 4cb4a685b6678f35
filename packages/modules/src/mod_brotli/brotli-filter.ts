import {
  type Body,
  FILTER_RANK,
  type OutputFilter,
  type RequestRecord,
  type Transform,
} from '@httpd-ts/kernel';
import { bodySource } from '../body-source.ts';
import { acceptsCoding, codingOf, leaveSizes, tellCoding } from '../content-coding.ts';
import { joined, transformedBody } from '../transformed-body.ts';
import { brotliDefaults, brotliServer } from './config.ts';

/** Compresses the response for clients that accept it. httpd: modules/filters/mod_brotli.c compress_filter */
export const brotliFilter: OutputFilter = {
  name: 'BROTLI_COMPRESS',
  rank: FILTER_RANK.contentSet,
  apply(request, body) {
    if (!isCompressible(request)) return body;
    request.headersOut.merge('Vary', 'Accept-Encoding');
    if (!acceptsCoding(request, 'br')) return body;
    tellCoding(request, 'br', brotliServer.of(request).etag ?? 'addsuffix');
    return request.status === 304 ? body : compress(request, body);
  },
};

const isCompressible = (request: RequestRecord) =>
  request.main === undefined &&
  request.status !== 204 &&
  request.env('no-brotli') === undefined &&
  !request.headersOut.has('Content-Range') &&
  codingOf(request) === undefined;

function compress(request: RequestRecord, body: Body | undefined): Promise<Body> {
  const { clock, compression, files } = request.server.plan.world;
  const config = brotliServer.of(request);
  const settings = { ...brotliDefaults, ...config };
  const transform = inBlocks(compression.brotli(settings), blockSize(settings));
  let input = 0;
  let output = 0;
  return transformedBody({
    source: bodySource(body, files),
    clock,
    transform,
    // What the encoder gives before the end of the body leaves at once.
    bufferSize: 1,
    async breakOff() {
      return [joined(await transform.flush()), joined(await transform.finish())].filter(
        ({ length }) => length > 0,
      );
    },
    onChunk(read, made) {
      input += read;
      output += made;
    },
    onEnd: () => leaveSizes(request, config, input, output),
  });
}

/** What the encoder takes at once, before it may give something. brotli: enc/quality.h ComputeLgBlock */
function blockSize({ quality, windowBits, blockBits }: typeof brotliDefaults): number {
  if (quality < 2) return 1 << windowBits;
  if (quality < 4) return 1 << 14;
  if (blockBits !== 0) return 1 << Math.max(16, blockBits);
  return 1 << (quality >= 9 && windowBits > 16 ? Math.min(18, windowBits) : 16);
}

/** Feeds a transformation block by block; what each gives is one piece, as httpd passes it on. */
function inBlocks(transform: Transform, size: number): Transform {
  let room = size;
  return {
    ...transform,
    async push(bytes) {
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; ) {
        const block = bytes.subarray(at, at + room);
        at += block.length;
        room = room === block.length ? size : room - block.length;
        const made = await transform.push(block);
        if (made.length > 0) pieces.push(joined(made));
      }
      return pieces;
    },
  };
}
