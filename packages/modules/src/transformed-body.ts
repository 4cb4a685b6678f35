import type { Body, PullSource, Transform } from '@httpd-ts/kernel';

/** A body on its way through a transformation. */
export interface Transformation {
  readonly source: PullSource;
  readonly transform: Transform;
  /** Output of which httpd would know the length, as all of it comes before any of it is passed on. */
  readonly bufferSize: number;
  /** What is still sent, piece by piece, when the body breaks off. */
  breakOff(): Promise<readonly Uint8Array[]>;
  /** What was made so far has left, so that only the rest is lost when the transformation fails; left out, none has. */
  hasPassedOn?(): boolean;
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
    const { output, isLast, failure } = await step(work);
    if (failure !== undefined) {
      // What was held back leaves with what is flushed.
      const [flushed, ...rest] = output;
      const pieces = [joined(flushed === undefined ? ready : [...ready, flushed]), ...rest];
      return { kind: 'source', length: undefined, source: remaining(work, pieces, failure) };
    }
    for (const bytes of output) {
      ready.push(bytes);
      size += bytes.length;
    }
    if (isLast) return { kind: 'bytes', bytes: joined(ready) };
  }
  return { kind: 'source', length: undefined, source: remaining(work, ready) };
}

interface Step {
  readonly output: readonly Uint8Array[];
  readonly isLast: boolean;
  /** Why the body broke off. */
  readonly failure?: { readonly error: unknown };
}

async function step(work: Transformation): Promise<Step> {
  const { source, transform } = work;
  let chunk: Uint8Array | null;
  try {
    chunk = await source.pull();
  } catch (error) {
    return { output: await work.breakOff(), isLast: false, failure: { error } };
  }
  let output: readonly Uint8Array[];
  try {
    output = chunk === null ? await transform.finish() : await transform.push(chunk);
  } catch (error) {
    if (work.hasPassedOn?.() !== true) throw error;
    return { output: [], isLast: false, failure: { error } };
  }
  let size = 0;
  for (const bytes of output) size += bytes.length;
  work.onChunk(chunk?.length ?? 0, size);
  if (chunk === null) work.onEnd();
  return { output, isLast: chunk === null };
}

function remaining(work: Transformation, ready: Uint8Array[], brokenOff?: Step['failure']): PullSource {
  let isDone = false;
  let failure = brokenOff;
  return {
    async pull() {
      while (ready.length === 0 && !isDone) {
        if (failure !== undefined) throw failure.error;
        const made = await step(work);
        ready.push(...made.output);
        isDone = made.isLast;
        failure = made.failure;
      }
      return ready.shift() ?? null;
    },
    abort() {
      work.transform.abort();
      work.source.abort();
    },
  };
}

/** Pieces as one. */
export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
