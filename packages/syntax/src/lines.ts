import type { ConfigFile, Line, Node } from './nodes.ts';

/** Every logical line in file order, closing tags included: what httpd reads one by one. Uses no call stack. */
export function* lines(file: Pick<ConfigFile, 'children'>): Generator<Line, void, undefined> {
  const outer: { nodes: readonly Node[]; next: number }[] = [];
  let level = { nodes: file.children, next: 0 };
  for (;;) {
    const node = level.nodes[level.next++];
    if (node !== undefined) {
      yield node;
      if (node.kind !== 'section') continue;
      outer.push(level);
      level = { nodes: node.children, next: 0 };
    } else {
      const parent = outer.pop();
      if (parent === undefined) return;
      const section = parent.nodes[parent.next - 1];
      if (section?.kind === 'section' && section.close) yield section.close;
      level = parent;
    }
  }
}
