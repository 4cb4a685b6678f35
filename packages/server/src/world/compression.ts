import type * as zlib from 'node:zlib';
import type { Compression, Inflation, Transform } from '@httpd-ts/kernel';
import { builtins } from './builtins.ts';

type ZlibStream = zlib.Gzip | zlib.DeflateRaw | zlib.InflateRaw | zlib.BrotliCompress;

/** Deflate, inflate and Brotli by the libraries that node carries. */
export const nodeCompression: Compression = {
  deflate({ format, level, windowBits, memLevel }) {
    const { zlib } = builtins;
    const options = { level, windowBits, memLevel };
    return transform(
      format === 'gzip' ? zlib.createGzip(options) : zlib.createDeflateRaw(options),
      zlib.constants.Z_SYNC_FLUSH,
    );
  },
  inflate({ windowBits }) {
    const stream = builtins.zlib.createInflateRaw({ windowBits });
    return inflation(stream, transform(stream, builtins.zlib.constants.Z_SYNC_FLUSH));
  },
  brotli({ quality, windowBits, blockBits }) {
    const { createBrotliCompress, constants } = builtins.zlib;
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_LGWIN]: windowBits,
      [constants.BROTLI_PARAM_LGBLOCK]: blockBits,
    };
    return transform(createBrotliCompress({ params }), constants.BROTLI_OPERATION_FLUSH);
  },
  crc32: (bytes, before) => builtins.zlib.crc32(bytes, before),
};

/** A stream of its own length ends by itself, and tells how much it took, when bytes come behind its end. */
function inflation(stream: zlib.InflateRaw, { push, flush, finish, abort }: Transform): Inflation {
  let hasEnded = false;
  stream.on('end', () => {
    hasEnded = true;
  });
  return {
    push,
    flush,
    finish,
    abort,
    get consumed() {
      return hasEnded ? stream.bytesWritten : undefined;
    },
  };
}

function transform(stream: ZlibStream, flush: number): Transform {
  let ready: Uint8Array[] = [];
  let failure: Error | undefined;
  /** Settles what is being waited for: the stream does not call back for a write that failed. */
  let fail: ((error: Error) => void) | undefined;
  let end: (() => void) | undefined;
  stream.on('data', (bytes: Buffer) => ready.push(bytes));
  stream.on('error', (error) => {
    failure = error;
    fail?.(error);
  });
  stream.once('end', () => end?.());
  const take = () => {
    const taken = ready;
    ready = [];
    return taken;
  };
  const settled = (begin: (done: () => void) => void) =>
    new Promise<readonly Uint8Array[]>((resolve, reject) => {
      if (failure !== undefined) {
        reject(failure);
        return;
      }
      fail = reject;
      const done = () => resolve(take());
      // A stream that ended by itself does not call back for the write.
      end = done;
      begin(done);
    });
  return {
    push: (bytes) => settled((done) => stream.write(bytes, done)),
    flush: () => settled((done) => stream.flush(flush, done)),
    finish: () => settled(() => void stream.end()),
    abort: () => stream.destroy(),
  };
}
