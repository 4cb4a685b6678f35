import type { Clock, PullSource } from '@httpd-ts/kernel';

/** A chunk, word that what is held back is to go out, or the end. */
export type Arrival = Uint8Array | 'flush' | null;

/** What comes from a source, one after the other, for a filter that holds some of it back. */
export function arrivalsOf(source: PullSource, clock: Clock): () => Promise<Arrival> {
  const { marksFlushes = false, flushesWhenIdle = false } = source;
  if (!flushesWhenIdle) {
    return async () => {
      const chunk = await pull(source);
      return marksFlushes && chunk?.length === 0 ? 'flush' : chunk;
    };
  }
  let awaited: Pulled | undefined;
  return async () => {
    const pulled = awaited ?? pull(source);
    if (pulled instanceof Promise && pulled !== awaited && (await isPending(pulled, clock))) {
      awaited = pulled;
      return 'flush';
    }
    awaited = undefined;
    return pulled;
  };
}

/** Whether a source says when what is held back is to go out; whoever passes its chunks on then says so too. */
export const tellsFlushes = ({ marksFlushes, flushesWhenIdle }: PullSource): boolean =>
  marksFlushes === true || flushesWhenIdle === true;

/** Stands in a source that marks flushes for one of them. */
export const flushMark = new Uint8Array(0);

type Pulled = ReturnType<PullSource['pull']>;

/** What goes wrong at once goes wrong where it is waited for. */
function pull(source: PullSource): Pulled {
  try {
    return source.pull();
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Whether a chunk has yet to come, and the source has not failed either. */
function isPending(pulled: Promise<unknown>, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const isSettled = () => resolve(false);
    pulled.then(isSettled, isSettled);
    clock.afterInput(() => resolve(true));
  });
}
