import type { Body, Clock, PullSource, Transform } from '@httpd-ts/kernel';
import { arrivalsOf, flushMark, tellsFlushes } from './arrivals.ts';

/** A body on its way through a transformation. */
export interface Transformation {
  readonly source: PullSource;
  readonly clock: Clock;
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

/**
 * Runs until the whole output is there, the buffer is full or the source has nothing for now; then the rest is made as it
 * is pulled.
 */
export async function transformedBody(work: Transformation): Promise<Body> {
  const ready: Uint8Array[] = [];
  const step = stepsOf(work);
  let size = 0;
  let isFlushed: boolean | undefined = false;
  while (size < work.bufferSize && isFlushed !== true) {
    const made = await step();
    const { output, isLast, failure } = made;
    ({ isFlushed } = made);
    if (failure !== undefined) {
      // What was held back leaves with what is flushed.
      const [flushed, ...rest] = output;
      const pieces = [joined(flushed === undefined ? ready : [...ready, flushed]), ...rest];
      return { kind: 'source', length: undefined, source: remaining(work, step, pieces, failure) };
    }
    for (const bytes of output) {
      ready.push(bytes);
      size += bytes.length;
    }
    if (isLast) return { kind: 'bytes', bytes: joined(ready) };
  }
  const pieces = isFlushed === true && size > 0 ? [joined(ready)] : ready;
  if (isFlushed === true && tellsFlushes(work.source)) pieces.push(flushMark);
  return { kind: 'source', length: undefined, source: remaining(work, step, pieces) };
}

interface Step {
  readonly output: readonly Uint8Array[];
  readonly isLast: boolean;
  /** More is awaited, and nothing is held back. */
  readonly isFlushed?: boolean;
  /** Why the body broke off. */
  readonly failure?: { readonly error: unknown };
}

type NextStep = () => Promise<Step>;

/** The steps of a transformation, each for one chunk of the source or for a flush in between. */
function stepsOf(work: Transformation): NextStep {
  const { source, transform, clock } = work;
  const next = arrivalsOf(source, clock);
  return async () => {
    const arrival = next();
    if ((await arrival.catch(() => null)) !== 'flush') return takeChunk(work, arrival as Promise<Chunk>);
    const output = await transform.flush();
    work.onChunk(0, sizeOf(output));
    return { output, isLast: false, isFlushed: true };
  };
}

type Chunk = Uint8Array | null;

const sizeOf = (pieces: readonly Uint8Array[]) => pieces.reduce((size, { length }) => size + length, 0);

async function takeChunk(work: Transformation, pulled: Promise<Chunk>): Promise<Step> {
  const { transform } = work;
  let chunk: Uint8Array | null;
  try {
    chunk = await pulled;
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
  work.onChunk(chunk?.length ?? 0, sizeOf(output));
  if (chunk === null) work.onEnd();
  return { output, isLast: chunk === null };
}

function remaining(
  work: Transformation,
  step: NextStep,
  ready: Uint8Array[],
  brokenOff?: Step['failure'],
): PullSource {
  let isDone = false;
  let failure = brokenOff;
  const marksFlushes = tellsFlushes(work.source);
  return {
    marksFlushes,
    async pull() {
      while (ready.length === 0 && !isDone) {
        if (failure !== undefined) throw failure.error;
        const made = await step();
        ready.push(...made.output);
        if (marksFlushes && made.isFlushed === true) ready.push(flushMark);
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
