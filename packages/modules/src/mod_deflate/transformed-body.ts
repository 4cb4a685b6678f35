import type { Body, PullSource, Transform } from '@httpd-ts/kernel';

/** A body on its way through a transformation. */
export interface Transformation {
  readonly source: PullSource;
  readonly transform: Transform;
  /** Output of which httpd would know the length, as all of it comes before any of it is passed on. */
  readonly bufferSize: number;
  /** Sees each piece of input and output; throws to cut the body off. */
  onChunk(input: number, output: number): void;
  /** Called once, when everything has gone through. */
  onEnd(): void;
}

/** Runs until the whole output is there or the buffer is full; in the latter case the rest is made as it is pulled. */
export async function transformedBody(work: Transformation): Promise<Body> {
  const ready: Uint8Array[] = [];
  let size = 0;
  while (size < work.bufferSize) {
    const { output, isLast } = await step(work);
    for (const bytes of output) {
      ready.push(bytes);
      size += bytes.length;
    }
    if (isLast) return { kind: 'bytes', bytes: joined(ready, size) };
  }
  return { kind: 'source', length: undefined, source: remaining(work, ready) };
}

async function step(work: Transformation): Promise<{ output: readonly Uint8Array[]; isLast: boolean }> {
  const { source, transform } = work;
  const chunk = await source.pull();
  const output = chunk === null ? await transform.finish() : await transform.push(chunk);
  let size = 0;
  for (const bytes of output) size += bytes.length;
  work.onChunk(chunk?.length ?? 0, size);
  if (chunk === null) work.onEnd();
  return { output, isLast: chunk === null };
}

function remaining(work: Transformation, ready: Uint8Array[]): PullSource {
  let isDone = false;
  return {
    async pull() {
      while (ready.length === 0 && !isDone) {
        const { output, isLast } = await step(work);
        ready.push(...output);
        isDone = isLast;
      }
      return ready.shift() ?? null;
    },
    abort() {
      work.transform.abort();
      work.source.abort();
    },
  };
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
