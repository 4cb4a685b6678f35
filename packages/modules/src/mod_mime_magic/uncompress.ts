import type { World } from '@httpd-ts/kernel';
import { expandCompress } from './expand-compress.ts';
import { expandGzip } from './expand-gzip.ts';

const encodings: ReadonlyMap<string, string> = new Map([
  ['\x1f\x9d', 'x-compress'],
  ['\x1f\x8b', 'x-gzip'],
  ['\x1f\x1e', 'x-gzip'],
]);

/** The encoding of bytes that begin like those of a compressor. httpd: modules/metadata/mod_mime_magic.c zmagic */
export const encodingOf = (bytes: Uint8Array): string | undefined =>
  encodings.get(String.fromCharCode(...bytes.subarray(0, 2)));

/** Enough of a compressed file for what is looked at, however well it is compressed or padded. */
const bytesRead = 65_536;

/**
 * The first bytes of what a compressed file holds, at most so many; none where it is at fault. httpd has `gzip` expand
 * it, which knows the format of `pack`, too. httpd: uncompress
 */
export async function uncompress(
  { files, compression }: World,
  path: string,
  encoding: string,
  limit: number,
): Promise<Uint8Array> {
  const opened = await files.open(path);
  if (typeof opened === 'string') return new Uint8Array();
  const bytes = await opened.read(0, bytesRead);
  opened.close();
  if (encoding === 'x-compress') return expandCompress(bytes, limit);
  return expandGzip(bytes, limit, compression);
}
