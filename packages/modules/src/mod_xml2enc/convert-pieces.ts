import { GatheredWrites, type Pass, type Passed } from '../gathered-writes.ts';
import type { Converter } from './convert.ts';

/** httpd: BUFLEN */
export const usualRoom = 8192;

/**
 * Converts what is passed on, as httpd does: a byte that stands for nothing is left out if something was converted before
 * it and something can be behind it; otherwise all that is left of what came at once is lost.
 * httpd: modules/filters/mod_xml2enc.c xml2enc_ffunc
 */
export class PieceConverter {
  readonly writes: GatheredWrites;
  private readonly converter: Converter;
  private readonly room: number;
  private readonly complain: () => void;
  /** The beginning of a character whose other bytes are yet to come. */
  private rest = '';

  /** `room` is what one write holds at most. */
  constructor(converter: Converter, room: number, complain: () => void, next: Pass) {
    this.writes = new GatheredWrites(next);
    this.converter = converter;
    this.room = room;
    this.complain = complain;
  }

  /** False when some of it was lost, and with it the end of the body where that came with it. */
  take({ pieces, end }: Passed): boolean {
    for (const piece of pieces) if (!this.convert(this.rest + piece)) return false;
    if (this.rest !== '') {
      this.writes.flush();
      return end !== 'end';
    }
    if (end === 'flush') this.writes.flush();
    else if (end === 'end') this.writes.end();
    return true;
  }

  private convert(piece: string): boolean {
    let left = piece;
    this.rest = '';
    while (left !== '') {
      const { text, rest, isInvalid } = this.converter(left);
      this.write(text);
      if (!isInvalid) {
        this.rest = rest;
        return true;
      }
      this.complain();
      left = rest.slice(1);
      if (text === '') return false;
    }
    return piece === '';
  }

  private write(text: string): void {
    for (let at = 0; at < text.length; at += this.room) this.writes.put(text.slice(at, at + this.room));
  }
}
