import { formatChunkSize } from '@httpd-ts/http1';
import { emptyRequestBody, type RequestBody, type Stream } from '@httpd-ts/kernel';
import type { BodyFraming } from '../mod_proxy/contract.ts';

/** What of a request's body was read before the head goes out. */
export interface Prefetched {
  readonly chunks: Uint8Array[];
  readonly length: number;
  readonly isEnded: boolean;
}

/** httpd: modules/proxy/mod_proxy_http.c MAX_MEM_SPOOL, less the 80 bytes it leaves off */
const prefetchLimit = 16_384;
const prefetchEnough = prefetchLimit - 80;

/**
 * Reads the beginning of a body, or all of it. Gives a promise only when the client has to be waited for.
 * httpd: ap_proxy_prefetch_input
 */
export function prefetchBody(body: RequestBody, all: boolean): Prefetched | Promise<Prefetched> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (all || length < prefetchEnough) {
    const chunk = body.pull();
    if (chunk instanceof Promise) return prefetchRest(body, chunk, chunks, length, all);
    if (chunk === null) return { chunks, length, isEnded: true };
    chunks.push(chunk);
    length += chunk.length;
  }
  return { chunks, length, isEnded: body.ended && length <= prefetchLimit };
}

async function prefetchRest(
  body: RequestBody,
  pending: Promise<Uint8Array | null>,
  chunks: Uint8Array[],
  soFar: number,
  all: boolean,
): Promise<Prefetched> {
  let length = soFar;
  let chunk = await pending;
  while (chunk !== null) {
    chunks.push(chunk);
    length += chunk.length;
    if (!all && length >= prefetchEnough)
      return { chunks, length, isEnded: body.ended && length <= prefetchLimit };
    chunk = await body.pull();
  }
  return { chunks, length, isEnded: true };
}

/** What of a body has come already; neither client nor back end is waited for. httpd: prefetch_nonblocking */
export function takeArrived(body: RequestBody): Prefetched {
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length < prefetchEnough) {
    const chunk = body.takeArrived?.();
    if (chunk === undefined) break;
    chunks.push(chunk);
    length += chunk.length;
  }
  return { chunks, length, isEnded: body.ended && length <= prefetchLimit };
}

/** A body of which some was taken already, once the back end wants it. */
export function replay({ chunks, length, isEnded }: Prefetched, body: RequestBody): RequestBody {
  const taken = length === 0 ? [] : [joined(chunks, length)];
  const pull = () => taken.shift() ?? (isEnded ? null : body.pull());
  return { ...emptyRequestBody, pull };
}

/** Chunks of at most the size httpd reads at once. */
export const chunked: BodyFraming = {
  write: writeChunks,
  end: (stream) => void stream.write('0\r\n\r\n'),
};

/** With the empty line that some old back ends want behind a body (`proxy-sendextracrlf`). */
export const chunkedWithCrLf: BodyFraming = {
  write: writeChunks,
  end: (stream) => void stream.write('0\r\n\r\n\r\n'),
};

export const plainWithCrLf: BodyFraming = {
  write: (stream, chunk) => stream.write(chunk),
  end: (stream) => void stream.write('\r\n'),
};

/** What httpd reads at once. httpd: include/httpd.h HUGE_STRING_LEN */
const largestChunk = 8192;

/** Writes bytes as chunks of the size that httpd would make of them. */
function writeChunks(stream: Stream, bytes: Uint8Array): boolean {
  let flowing = true;
  stream.cork();
  for (let at = 0; at < bytes.length; at += largestChunk) {
    flowing = writeChunk(stream, bytes.subarray(at, at + largestChunk));
  }
  stream.uncork();
  return flowing;
}

function writeChunk(stream: Stream, chunk: Uint8Array): boolean {
  stream.write(formatChunkSize(chunk.length));
  stream.write(chunk);
  return stream.write('\r\n');
}

/** Writes the beginning of a chunked body: one chunk of what httpd reads beforehand, then what more there is. */
export function writePrefetched(stream: Stream, { chunks, length }: Prefetched): void {
  if (length === 0) return;
  writeFirst(stream, joined(chunks, length));
}

function writeFirst(stream: Stream, bytes: Uint8Array): boolean {
  stream.cork();
  const flowing = writeChunk(stream, bytes.subarray(0, prefetchLimit));
  const flowsOn = bytes.length <= prefetchLimit || writeChunks(stream, bytes.subarray(prefetchLimit));
  stream.uncork();
  return flowing && flowsOn;
}

/** As `framing`, where the first bytes to be written were read beforehand. */
export function firstInOneChunk({ length }: Prefetched, framing: BodyFraming): BodyFraming {
  if (length === 0) return framing;
  let isFirst = true;
  const write = (stream: Stream, chunk: Uint8Array): boolean => {
    if (!isFirst) return framing.write(stream, chunk);
    isFirst = false;
    return writeFirst(stream, chunk);
  };
  return { write, end: framing.end };
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
