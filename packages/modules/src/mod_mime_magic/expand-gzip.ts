import type { Compression } from '@httpd-ts/kernel';

const flags = { headCheck: 2, extra: 4, name: 8, comment: 16, unknown: 0xe0 } as const;

/** Bytes are expanded by so many, as a fault takes what was expanded together with it along. */
const step = 64;

/** The first bytes of what a file of gzip's format holds, at most so many and as far as they are sound. */
export async function expandGzip(
  bytes: Uint8Array,
  limit: number,
  compression: Compression,
): Promise<Uint8Array> {
  const output = new Uint8Array(limit);
  let length = 0;
  const inflation = compression.inflate({ format: 'raw', windowBits: 15 });
  const take = (pieces: readonly Uint8Array[]) => {
    for (const piece of pieces) {
      const taken = piece.subarray(0, limit - length);
      output.set(taken, length);
      length += taken.length;
    }
  };
  try {
    for (let at = endOfHead(bytes) ?? bytes.length; at < bytes.length && length < limit; at += step) {
      take(await inflation.push(bytes.subarray(at, at + step)));
      if (inflation.consumed !== undefined) break;
      take(await inflation.flush());
    }
  } catch {
    // What came before the fault has been taken.
  }
  inflation.abort();
  return output.subarray(0, length);
}

/** Where the compressed bytes begin. RFC 1952, 2.3 */
function endOfHead(bytes: Uint8Array): number | undefined {
  const set = bytes[3] ?? flags.unknown;
  if (bytes[2] !== 8 || (set & flags.unknown) !== 0) return undefined;
  let at = 10;
  if ((set & flags.extra) !== 0) at += 2 + (bytes[at] ?? 0) + ((bytes[at + 1] ?? 0) << 8);
  for (const text of [flags.name, flags.comment]) {
    if ((set & text) === 0) continue;
    const end = bytes.indexOf(0, at);
    if (end < 0) return undefined;
    at = end + 1;
  }
  if ((set & flags.headCheck) !== 0) at += 2;
  return at < bytes.length ? at : undefined;
}
