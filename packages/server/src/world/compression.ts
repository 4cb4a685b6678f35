import type * as zlib from 'node:zlib';
import type { Compression, Transform } from '@httpd-ts/kernel';
import { builtins } from './builtins.ts';

type ZlibStream = zlib.Gzip | zlib.DeflateRaw | zlib.Gunzip | zlib.InflateRaw;

/** Deflate and inflate by the zlib that node carries. */
export const nodeCompression: Compression = {
  deflate({ format, level, windowBits, memLevel }) {
    const { zlib } = builtins;
    const options = { level, windowBits, memLevel };
    return transform(format === 'gzip' ? zlib.createGzip(options) : zlib.createDeflateRaw(options));
  },
  inflate({ format, windowBits }) {
    const { zlib } = builtins;
    return transform(
      format === 'gzip' ? zlib.createGunzip({ windowBits }) : zlib.createInflateRaw({ windowBits }),
    );
  },
};

function transform(stream: ZlibStream): Transform {
  let ready: Uint8Array[] = [];
  let failure: Error | undefined;
  /** Settles what is being waited for: the stream does not call back for a write that failed. */
  let fail: ((error: Error) => void) | undefined;
  stream.on('data', (bytes: Buffer) => ready.push(bytes));
  stream.on('error', (error) => {
    failure = error;
    fail?.(error);
  });
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
      begin(() => resolve(take()));
    });
  return {
    push: (bytes) => settled((done) => stream.write(bytes, done)),
    flush: () => settled((done) => stream.flush(builtins.zlib.constants.Z_SYNC_FLUSH, done)),
    finish: () =>
      settled((done) => {
        stream.once('end', done);
        stream.end();
      }),
    abort: () => stream.destroy(),
  };
}
