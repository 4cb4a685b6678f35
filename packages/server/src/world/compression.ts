import * as zlib from 'node:zlib';
import type { Compression, Transform } from '@httpd-ts/kernel';

type ZlibStream = zlib.Gzip | zlib.DeflateRaw | zlib.Gunzip | zlib.InflateRaw;

/** Deflate and inflate by the zlib that node carries. */
export const nodeCompression: Compression = {
  deflate({ format, level, windowBits, memLevel }) {
    const options = { level, windowBits, memLevel };
    return transform(format === 'gzip' ? zlib.createGzip(options) : zlib.createDeflateRaw(options));
  },
  inflate({ format, windowBits }) {
    return transform(
      format === 'gzip' ? zlib.createGunzip({ windowBits }) : zlib.createInflateRaw({ windowBits }),
    );
  },
};

function transform(stream: ZlibStream): Transform {
  let ready: Uint8Array[] = [];
  let failure: Error | undefined;
  stream.on('data', (bytes: Buffer) => ready.push(bytes));
  stream.on('error', (error) => {
    failure = error;
  });
  const take = () => {
    const taken = ready;
    ready = [];
    return taken;
  };
  return {
    push: (bytes) =>
      new Promise((resolve, reject) => {
        stream.write(bytes, () => (failure ? reject(failure) : resolve(take())));
      }),
    finish: () =>
      new Promise((resolve, reject) => {
        stream.once('end', () => resolve(take()));
        stream.once('error', reject);
        stream.end();
      }),
    abort: () => stream.destroy(),
  };
}
