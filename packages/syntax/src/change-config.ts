import { isBlank } from '@httpd-ts/grammar/config';
import type { ConfigFile, Directive, Node, Section } from './nodes.ts';
import { parseConfig, parseLoose } from './parse-config.ts';
import { argumentOffset } from './positions.ts';

/** Says what becomes of a node: itself (undefined), or the nodes that take its place, possibly none. */
export type Change = (node: Node) => undefined | readonly Node[];

interface Level {
  readonly section: Section | undefined;
  readonly nodes: readonly Node[];
  readonly result: Node[];
  next: number;
  changed: boolean;
}

/**
 * A copy of the file in which `change` was asked about each node, outer ones first. Sections it leaves
 * alone are descended into; what it puts in their place is not.
 */
export function changeConfig(file: ConfigFile, change: Change): ConfigFile {
  const outer: Level[] = [];
  let level = enterLevel(undefined, file.children);
  for (;;) {
    const node = level.nodes[level.next++];
    if (node === undefined) {
      const parent = outer.pop();
      if (parent === undefined) return level.changed ? { ...file, children: level.result } : file;
      leaveLevel(level, parent);
      level = parent;
      continue;
    }
    const replacement = change(node);
    if (replacement !== undefined) {
      level.result.push(...replacement);
      level.changed = true;
    } else if (node.kind === 'section') {
      outer.push(level);
      level = enterLevel(node, node.children);
    } else {
      level.result.push(node);
    }
  }
}

function enterLevel(section: Section | undefined, nodes: readonly Node[]): Level {
  return { section, nodes, result: [], next: 0, changed: false };
}

function leaveLevel({ section, changed, result }: Level, parent: Level): void {
  parent.result.push(changed ? { ...section!, children: result } : section!);
  parent.changed ||= changed;
}

/** The nodes of a piece of configuration text, to be put into a file. */
export function newNodes(text: string): readonly Node[] {
  return parseLoose(text === '' || text.endsWith('\n') ? text : `${text}\n`);
}

/**
 * The node with other arguments (up to and with the `>` in a section); its indentation, spacing and line
 * end stay. Undefined when they cannot be the arguments of one line, as with a line feed in them.
 */
export function withArguments<T extends Directive | Section>(
  file: ConfigFile,
  node: T,
  args: string,
): T | undefined {
  const piece = parseConfig(node.source ?? file.text.slice(node.lineStart, node.lineEnd), '');
  const old = piece.children[0];
  if (old?.kind !== node.kind) return undefined;
  const from = argumentsStart(piece, old);
  const joint = args === '' || args === '>' || isBlank(piece.text.charCodeAt(from - 1)) ? '' : ' ';
  const source = piece.text.slice(0, from) + joint + args + piece.text.slice(old.end);
  const [changed, ...more] = parseConfig(source, '').children;
  const fits = changed?.kind === node.kind && changed.name === node.name && changed.arguments === args;
  return fits && more.length === 0 ? { ...node, arguments: args, source } : undefined;
}

function argumentsStart(file: ConfigFile, node: Directive | Section): number {
  const implied = node.kind === 'section' && node.arguments === '>' && file.text[node.end - 1] !== '>';
  return node.arguments === '' || implied ? node.end : argumentOffset(file, node, 0);
}
