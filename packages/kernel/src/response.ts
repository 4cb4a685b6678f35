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
  /** Set by producers that know more bytes are waiting without blocking; lets a writer coalesce. */
  flush?: boolean;
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
  let rest: Uint8Array | null = Uint8Array.from(text, (char) => char.charCodeAt(0));
  const pull = () => {
    const chunk = rest;
    rest = null;
    return chunk;
  };
  return { kind: 'source', length: undefined, source: { pull, abort() {} } };
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
  /** It failed as the client ended its side. */
  readonly isCutOff?: boolean | undefined;
  /** The client waits for `100 Continue`, which the first pull sends. */
  readonly awaitsContinue: boolean;
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
