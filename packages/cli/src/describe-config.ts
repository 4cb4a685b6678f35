import type { ResolvedNode } from '@httpd-ts/kernel';

/**
 * What `-t -D DUMP_CONFIG` prints where mod_info is loaded: the directives that are left when the files have been
 * read, with the file and the line of each. httpd: modules/generators/mod_info.c mod_info_module_cmds
 */
export function describeConfig(tree: readonly ResolvedNode[]): string {
  const lines: string[] = [];
  let file: string | undefined;
  const enter = (node: ResolvedNode) => {
    if (node.file !== file) lines.push(`# In file: ${node.file}`);
    file = node.file;
  };
  const show = (nodes: readonly ResolvedNode[], indent: string) => {
    for (const node of nodes) {
      const { name, args, line, children } = node;
      enter(node);
      lines.push(`${indent}# ${String(line).padStart(3)}:`);
      lines.push(`${indent}${children === undefined ? '' : '<'}${name} ${args}`);
      // A section without content is shown like a directive.
      if (children === undefined || children.length === 0) continue;
      show(children, `${indent}  `);
      enter(node);
      lines.push(`${indent}</${name}>`);
    }
  };
  show(tree, '');
  return lines.map((line) => `${line}\n`).join('');
}
