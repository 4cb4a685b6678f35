import { readLinesInBlocks } from '@httpd-ts/grammar/config';
import { findLineStarts, LineBuilder, type LineReceiver } from './line-builder.ts';
import type { Blank, Comment, ConfigText, Directive, Line, Node, Place } from './nodes.ts';

/** A text whose lines are handed out, and its lines. */
export interface LineStream {
  readonly file: ConfigText;
  readonly lines: Iterator<Line, void>;
}

/**
 * The lines of a text one by one, as `lines(parseConfig(text, name))` yields them, for reading through once: no tree is
 * built, so that of a large file only some lines are in memory. A section has no children, and no closing tag is told
 * from a stray one.
 */
export function streamLines(text: string, name: string): LineStream {
  const lineStarts = findLineStarts(text);
  return { file: { name, text, lineStarts }, lines: new Lines(text, lineStarts) };
}

const none: readonly Node[] = [];

class Lines implements Iterator<Line, void>, LineReceiver {
  private readonly builder: LineBuilder;
  private readonly blocks: Iterator<void, void>;
  /** The lines of the block that was read last, and how many of them were handed out. */
  private read: Line[] = [];
  private handedOut = 0;
  private isAtEnd = false;

  constructor(text: string, lineStarts: Uint32Array) {
    this.builder = new LineBuilder(text, lineStarts, this);
    this.blocks = readLinesInBlocks(text, (joined) => this.builder.begin(joined));
  }

  next(): IteratorResult<Line, void> {
    while (this.handedOut >= this.read.length) {
      if (this.isAtEnd) return { done: true, value: undefined };
      this.read = [];
      this.handedOut = 0;
      this.isAtEnd = this.blocks.next().done === true;
      if (this.isAtEnd) this.builder.finish();
    }
    return { done: false, value: this.read[this.handedOut++]! };
  }

  add(node: Directive | Comment | Blank): void {
    this.read.push(node);
  }

  open(name: string, args: string, place: Place): void {
    this.read.push({ kind: 'section', name, arguments: args, children: none, ...place });
  }

  close(name: string, word: string, args: string, place: Place): void {
    this.read.push({ kind: 'stray-close', name, word, arguments: args, ...place });
  }
}
