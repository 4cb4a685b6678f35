import { readLines } from '@httpd-ts/grammar/config';
import { findLineStarts, LineBuilder, type LineReceiver } from './line-builder.ts';
import type { Blank, Close, Comment, ConfigFile, Directive, Node, Place, Section } from './nodes.ts';

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
  const tree = new TreeBuilder();
  const builder = new LineBuilder(text, lineStarts, tree, loose);
  readLines(text, (joined) => builder.begin(joined));
  builder.finish();
  return tree.finish();
}

interface OpenSection {
  readonly place: Place;
  readonly name: string;
  /** In lower case: a closing tag may be spelled differently. */
  readonly key: string;
  readonly arguments: string;
  readonly children: Node[];
}

/** Builds the tree with a stack of its own, so that deep nesting costs no call stack. */
class TreeBuilder implements LineReceiver {
  private readonly topLevel: Node[] = [];
  private readonly openSections: OpenSection[] = [];
  private readonly openNames = new Map<string, number>();
  private children: Node[] = this.topLevel;

  add(node: Directive | Comment | Blank): void {
    this.children.push(node);
  }

  open(name: string, args: string, place: Place): void {
    const key = name.toLowerCase();
    this.openNames.set(key, (this.openNames.get(key) ?? 0) + 1);
    const children: Node[] = [];
    this.openSections.push({ place, name, key, arguments: args, children });
    this.children = children;
  }

  close(name: string, word: string, args: string, place: Place): void {
    const key = name.toLowerCase();
    if (!this.openNames.get(key)) {
      this.children.push({ kind: 'stray-close', name, word, arguments: args, ...place });
      return;
    }
    const close: Close = { kind: 'close', name, word, arguments: args, ...place };
    while (this.openSections.at(-1)!.key !== key) this.closeInnermost({ endedBy: close });
    this.closeInnermost({ close });
  }

  /** Ends every section that is still open. */
  finish(): readonly Node[] {
    while (this.openSections.length > 0) this.closeInnermost({});
    return this.topLevel;
  }

  private closeInnermost(end: Pick<Section, 'close' | 'endedBy'>): void {
    const { place, name, key, arguments: args, children } = this.openSections.pop()!;
    this.openNames.set(key, this.openNames.get(key)! - 1);
    this.children = this.openSections.at(-1)?.children ?? this.topLevel;
    this.children.push({ kind: 'section', name, arguments: args, children, ...end, ...place });
  }
}
