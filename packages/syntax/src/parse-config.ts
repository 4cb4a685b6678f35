import {
  type ConfigToken,
  isBlank,
  type JoinedText,
  type LineActions,
  readLines,
  wordValue,
} from '@httpd-ts/grammar/config';
import type { Close, ConfigFile, Node, Place, Section } from './nodes.ts';
import { directiveName, withoutBracket } from './split-line.ts';

/** Parses any text; what httpd would call an error is in the tree for the reader to report. */
export function parseConfig(text: string, name: string): ConfigFile {
  const lineStarts = findLineStarts(text);
  return { kind: 'file', name, text, lineStarts, children: buildTree(text, lineStarts, false) };
}

/** Parses text that belongs to no file: each line carries its own source. */
export function parseLoose(text: string): readonly Node[] {
  return buildTree(text, findLineStarts(text), true);
}

function buildTree(text: string, lineStarts: Uint32Array, loose: boolean): readonly Node[] {
  const tree = new TreeBuilder(text, lineStarts, loose);
  readLines(text, (joined) => tree.begin(joined));
  return tree.finish();
}

function findLineStarts(text: string): Uint32Array {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return Uint32Array.from(starts);
}

interface OpenSection {
  readonly place: Place;
  readonly name: string;
  /** In lower case: a closing tag may be spelled differently. */
  readonly key: string;
  readonly arguments: string;
  readonly children: Node[];
}

/** The words of the line being read, until its end tells where it stops. */
interface PendingLine {
  readonly kind: 'directive' | 'section' | 'close' | 'comment';
  readonly word: ConfigToken;
  readonly args: ConfigToken | undefined;
}

/** Builds the tree with a stack of its own, so that deep nesting costs no call stack. */
class TreeBuilder implements LineActions {
  private readonly source: string;
  private readonly lineStarts: Uint32Array;
  private readonly loose: boolean;
  private joined: JoinedText = { text: '', cuts: [] };
  private readonly names = new Map<string, string>();
  private readonly topLevel: Node[] = [];
  private readonly openSections: OpenSection[] = [];
  private readonly openNames = new Map<string, number>();
  private children: Node[] = this.topLevel;
  private pending: PendingLine | undefined;
  private lineStart = 0;
  private lineFeeds = 0;
  private cut = 0;

  constructor(source: string, lineStarts: Uint32Array, loose: boolean) {
    this.source = source;
    this.lineStarts = lineStarts;
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

  /** Ends a last line that has no line feed, and every section that is still open. */
  finish(): readonly Node[] {
    if (this.lineStart < this.source.length) this.endLine(undefined);
    while (this.openSections.length > 0) this.closeInnermost({});
    return this.topLevel;
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
      this.children.push({ kind: 'blank', ...place });
    } else if (pending.kind === 'comment') {
      this.children.push({ kind: 'comment', text: trimEnd(pending.word.image), ...place });
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
      this.children.push({ kind: 'blank', ...place });
    } else if (kind === 'directive') {
      this.children.push(directiveAt(this.intern(directiveName(word)), args, place));
    } else if (kind === 'section') {
      this.open(this.intern(withoutBracket(word.slice(1))), args === '' ? '>' : args, place);
    } else {
      this.close(word, args, place);
    }
  }

  private open(name: string, args: string, place: Place): void {
    const key = this.intern(name.toLowerCase());
    this.openNames.set(key, (this.openNames.get(key) ?? 0) + 1);
    const children: Node[] = [];
    this.openSections.push({ place, name, key, arguments: args, children });
    this.children = children;
  }

  private close(word: string, args: string, place: Place): void {
    const name = this.intern(withoutBracket(word.slice(2)));
    const key = this.intern(name.toLowerCase());
    if (!this.openNames.get(key)) {
      this.children.push({ kind: 'stray-close', name, word, arguments: args, ...place });
      return;
    }
    const close: Close = { kind: 'close', name, word, arguments: args, ...place };
    while (this.openSections.at(-1)!.key !== key) this.closeInnermost({ endedBy: close });
    this.closeInnermost({ close });
  }

  private closeInnermost(end: Pick<Section, 'close' | 'endedBy'>): void {
    const { place, name, key, arguments: args, children } = this.openSections.pop()!;
    this.openNames.set(key, this.openNames.get(key)! - 1);
    this.children = this.openSections.at(-1)?.children ?? this.topLevel;
    this.children.push({ kind: 'section', name, arguments: args, children, ...end, ...place });
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
function directiveAt(name: string, args: string, place: Place): Node {
  const { line, start, end, lineStart, lineEnd, source } = place;
  const node: Node = { kind: 'directive', name, arguments: args, line, start, end, lineStart, lineEnd };
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
