import {
  type ConfigToken,
  isBlank,
  type JoinedText,
  type LineActions,
  wordValue,
} from '@httpd-ts/grammar/config';
import type { Blank, Comment, Directive, Place } from './nodes.ts';
import { directiveName, withoutBracket } from './split-line.ts';

/** What takes the lines of a text, in file order. */
export interface LineReceiver {
  add(node: Directive | Comment | Blank): void;
  /** An opening line; its name is without `<`. */
  open(name: string, args: string, place: Place): void;
  /** A closing tag: its name, and the whole first word. */
  close(name: string, word: string, args: string, place: Place): void;
}

/** Where each physical line of a text begins. */
export function findLineStarts(text: string): Uint32Array {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return Uint32Array.from(starts);
}

/** The words of the line being read, until its end tells where it stops. */
interface PendingLine {
  readonly kind: 'directive' | 'section' | 'close' | 'comment';
  readonly word: ConfigToken;
  readonly args: ConfigToken | undefined;
}

/** Makes lines with their places of what the grammar tells, and hands them on. */
export class LineBuilder implements LineActions {
  private readonly source: string;
  private readonly lineStarts: Uint32Array;
  private readonly receiver: LineReceiver;
  private readonly loose: boolean;
  private joined: JoinedText = { text: '', cuts: [] };
  private readonly names = new Map<string, string>();
  private pending: PendingLine | undefined;
  private lineStart = 0;
  private lineFeeds = 0;
  private cut = 0;

  /** With `loose` each line carries its own source. */
  constructor(source: string, lineStarts: Uint32Array, receiver: LineReceiver, loose = false) {
    this.source = source;
    this.lineStarts = lineStarts;
    this.receiver = receiver;
    this.loose = loose;
  }

  begin(joined: JoinedText): this {
    this.joined = joined;
    return this;
  }

  comment(text: ConfigToken): void {
    this.pending = { kind: 'comment', word: text, args: undefined };
  }

  directive(word: ConfigToken, args: ConfigToken | undefined): void {
    this.pending = { kind: 'directive', word, args };
  }

  sectionOpen(word: ConfigToken, args: ConfigToken | undefined): void {
    this.pending = { kind: 'section', word, args };
  }

  sectionClose(word: ConfigToken, args: ConfigToken | undefined): void {
    this.pending = { kind: 'close', word, args };
  }

  lineEnd(offset: number): void {
    this.endLine(offset);
  }

  /** Ends a last line that has no line feed. */
  finish(): void {
    if (this.lineStart < this.source.length) this.endLine(undefined);
  }

  private endLine(lineFeed: number | undefined): void {
    const { pending, lineStart } = this;
    const start = pending ? this.toFile(pending.word.startOffset) : lineStart;
    const end = pending ? this.toFile(contentEnd(pending) - 1) + 1 : lineStart;
    const lineEnd = lineFeed === undefined ? this.source.length : this.toFile(lineFeed) + 1;
    while (this.lineStarts[this.lineFeeds + 1]! <= lineEnd) this.lineFeeds++;
    // Behind a continuation at the end of the file httpd has counted a line that is not there.
    const line = lineFeed === undefined ? this.lineFeeds + 1 : this.lineFeeds;
    const place = { line, start, end, lineStart, lineEnd };
    if (this.loose) Object.assign(place, { source: this.source.slice(lineStart, lineEnd) });
    this.addLine(pending, place);
    this.pending = undefined;
    this.lineStart = lineEnd;
  }

  private addLine(pending: PendingLine | undefined, place: Place): void {
    if (pending === undefined) {
      this.receiver.add({ kind: 'blank', ...place });
    } else if (pending.kind === 'comment') {
      this.receiver.add({ kind: 'comment', text: trimEnd(pending.word.image), ...place });
    } else {
      // An open quote runs to the end of the line, whose blanks httpd has dropped before it looks.
      this.addWords(
        pending.kind,
        trimEnd(pending.word.image),
        pending.args ? trimEnd(pending.args.image) : '',
        place,
      );
    }
  }

  private addWords(kind: 'directive' | 'section' | 'close', image: string, args: string, place: Place): void {
    const word = this.intern(wordValue(image));
    if (word === '') {
      // httpd: server/config.c ap_build_config_sub passes over an empty first word, as in `"" x`.
      this.receiver.add({ kind: 'blank', ...place });
    } else if (kind === 'directive') {
      this.receiver.add(directiveAt(this.intern(directiveName(word)), args, place));
    } else if (kind === 'section') {
      this.receiver.open(this.intern(withoutBracket(word.slice(1))), args === '' ? '>' : args, place);
    } else {
      this.receiver.close(this.intern(withoutBracket(word.slice(2))), word, args, place);
    }
  }

  /** One string for each spelling of a name, however often it occurs. */
  private intern(name: string): string {
    const known = this.names.get(name);
    if (known !== undefined) return known;
    this.names.set(name, name);
    return name;
  }

  /** The file offset of a joined one. Offsets come in rising order, so the cuts are walked once. */
  private toFile(offset: number): number {
    const { cuts } = this.joined;
    while (this.cut < cuts.length && cuts[this.cut]!.at <= offset) this.cut++;
    return this.cut === 0 ? offset : offset + cuts[this.cut - 1]!.removed;
  }
}

/** Written out, since spreading a place into each of many thousand lines takes as long as reading them. */
function directiveAt(name: string, args: string, place: Place): Directive {
  const { line, start, end, lineStart, lineEnd, source } = place;
  const node: Directive = { kind: 'directive', name, arguments: args, line, start, end, lineStart, lineEnd };
  return source === undefined ? node : { ...node, source };
}

function contentEnd({ word, args }: PendingLine): number {
  const last = args ?? word;
  return last.startOffset + trimEnd(last.image).length;
}

function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end--;
  return end === text.length ? text : text.slice(0, end);
}
