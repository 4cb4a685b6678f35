import type { HeaderTable } from '@httpd-ts/http1';
import type { FileInfo } from './world.ts';

/**
 * The body of a response, before framing. `undefined` is no body at all.
 * Text is latin1. A file is read by whoever sends it; a source is pulled.
 */
export type Body = TextBody | BytesBody | FileBody | SourceBody | SequenceBody;

export interface TextBody {
  readonly kind: 'text';
  readonly text: string;
}

export interface BytesBody {
  readonly kind: 'bytes';
  readonly bytes: Uint8Array;
}

/** `length` bytes of a file from `offset`. `info` is the stat that the head was made from. */
export interface FileBody {
  readonly kind: 'file';
  readonly path: string;
  readonly info: FileInfo;
  readonly offset: number;
  readonly length: number;
}

export interface SourceBody {
  readonly kind: 'source';
  readonly source: PullSource;
  /** When the length is known beforehand. */
  readonly length: number | undefined;
}

/** Bodies one behind the other, such as the parts of a multipart range. */
export interface SequenceBody {
  readonly kind: 'sequence';
  readonly parts: readonly Body[];
}

/**
 * Bytes on demand. `pull` gives the next chunk, null at the end, or a promise of either; a chunk is valid
 * until the next pull. It throws (or rejects) when the producer fails midway: the reader then ends the
 * connection so that the peer sees a truncated body. `abort` tells the producer that nobody reads on.
 */
export interface PullSource {
  pull(): Uint8Array | null | Promise<Uint8Array | null>;
  abort(): void;
  /** All bytes are here, whether or not their number was told beforehand. */
  readonly isWhole?: boolean;
  /** What a filter holds back is to go out while more is awaited. httpd: the FLUSH bucket of mod_proxy_http */
  readonly flushesWhenIdle?: boolean;
  /** The same is said by an empty chunk, wherever it is to happen. */
  readonly marksFlushes?: boolean;
}

/** Length of a body in bytes, or undefined when only its end will tell. */
export function bodyLength(body: Body | undefined): number | undefined {
  if (body === undefined) return 0;
  switch (body.kind) {
    case 'text':
      return body.text.length;
    case 'bytes':
      return body.bytes.length;
    case 'file':
    case 'source':
      return body.length;
    case 'sequence': {
      let total = 0;
      for (const part of body.parts) {
        const length = bodyLength(part);
        if (length === undefined) return undefined;
        total += length;
      }
      return total;
    }
  }
}

/** Text as a body whose end only will tell its length. */
export function bodyWithoutLength(text: string): Body {
  return piecewise([text]);
}

function piecewise(texts: readonly string[]): Body {
  let at = 0;
  const pull = () => (at < texts.length ? Uint8Array.from(texts[at++]!, (char) => char.charCodeAt(0)) : null);
  return { kind: 'source', length: undefined, source: { pull, abort() {} } };
}

/** What httpd gathers of what is written before it lets go of it. httpd: APR_BUCKET_BUFF_SIZE */
const gatheredBytes = 8000;

/**
 * A body that is written piece by piece. What is gathered leaves with the piece that has no room any more; then the
 * head leaves too, before the length is known. httpd: server/protocol.c buffer_output, apr_brigade_write
 */
export function writtenBody(pieces: readonly string[]): Body {
  const left: string[] = [];
  let gathered = '';
  for (const piece of pieces) {
    const fits = gathered.length + piece.length <= gatheredBytes;
    gathered += piece;
    if (fits) continue;
    left.push(gathered);
    gathered = '';
  }
  if (left.length === 0) return { kind: 'text', text: gathered };
  if (gathered !== '') left.push(gathered);
  return piecewise(left);
}

/** Why a body that a back end sends does not go on. httpd: an error bucket with status 502 */
export class BrokenBody extends Error {
  /** What had come before was let go before it broke, so that a filter that held it back would have passed it on. */
  readonly isFlushed: boolean;
  constructor(isFlushed: boolean) {
    super('the back end broke off its answer');
    this.isFlushed = isFlushed;
  }
}

/** Releases what a body holds when it is not going to be sent. */
export function discardBody(body: Body | undefined): void {
  if (body === undefined) return;
  if (body.kind === 'source') body.source.abort();
  if (body.kind === 'sequence') for (const part of body.parts) discardBody(part);
}

/** The body of a request as a module reads it. Pulling sends 100 Continue first where one is due. */
export interface RequestBody extends PullSource {
  /** From Content-Length; undefined when chunked. */
  readonly length: number | undefined;
  /** True once the end was reached. */
  readonly ended: boolean;
  /** Status of a failed read (400, 408, 413), after `pull` threw. */
  readonly failure: number | undefined;
  /** A filter changes it on its way, so that the length the client told is not its own. */
  readonly isFiltered?: boolean;
  /** It failed in that filter, not as it came. */
  readonly failedInFilter?: boolean;
  /** It failed as the client ended its side. */
  readonly isCutOff?: boolean | undefined;
  /** It failed in the fields behind the last chunk; `note` is for the error page. */
  readonly trailersFault?: { readonly note: string | undefined } | undefined;
  /** The next bytes that are here, without asking the client for more; fails as `pull` does. Left out where none are kept. */
  takeArrived?(): Uint8Array | undefined;
  /** The client waits for `100 Continue`, which the first pull sends. */
  readonly awaitsContinue: boolean;
  /** The client expects `100 Continue` and speaks HTTP/1.0, which knows none: it is never told. */
  readonly isNeverTold?: boolean;
  /** The client was told to go on by an interim response of another. */
  noteContinued?(): void;
  /** Fields behind the last chunk, once the end was reached. */
  readonly trailers: HeaderTable | undefined;
  /** Makes later pulls fail with 413 beyond this many bytes; 0 lifts the limit. */
  limit(bytes: number): void;
}

/** The body of a request that has none. */
export const emptyRequestBody: RequestBody = {
  length: 0,
  ended: true,
  failure: undefined,
  awaitsContinue: false,
  trailers: undefined,
  pull: () => null,
  abort: () => {},
  limit: () => {},
};
