import { latin1Text } from '@httpd-ts/http1';
import type { Body } from '@httpd-ts/kernel';
import type { Arrival } from '../arrivals.ts';

/** A piece of a body, word that what is held back is to go out, or the end. */
export type Read = string | 'flush' | null;
export type NextRead = () => Promise<Read>;

/** httpd: AP_IOBUFSIZE, what mod_proxy reads at once */
const readSize = 8192;

/**
 * A body in the pieces in which httpd reads it, since what cannot be converted takes its piece with it. One of known length
 * is read in full pieces as long as there is something; one that comes in chunks, chunk by chunk.
 */
export function readsOf(next: () => Promise<Arrival>, body: Body | undefined): NextRead {
  const fills = body?.kind !== 'source' || body.length !== undefined;
  let text = '';
  let behind: { readonly word?: 'flush' | null; readonly error?: unknown } | undefined;
  const readOn = async () => {
    try {
      const arrival = await next();
      if (arrival === null || arrival === 'flush') behind = { word: arrival };
      else text += latin1Text(arrival, 0, arrival.length);
    } catch (error) {
      behind = { error };
    }
  };
  return async () => {
    while (behind === undefined && (text === '' || (fills && text.length < readSize))) await readOn();
    if (text !== '') {
      const read = text.slice(0, readSize);
      text = text.slice(readSize);
      return read;
    }
    const { word, error } = behind!;
    if (word === undefined) throw error;
    if (word === 'flush') behind = undefined;
    return word;
  };
}
