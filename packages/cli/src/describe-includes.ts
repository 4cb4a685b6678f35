import type { ResolveResult } from '@httpd-ts/kernel';

/**
 * What `-D DUMP_INCLUDES` prints: the files in the order they were read, below the file that includes them, with the
 * line of the Include. Where an Include brings several files, the later ones show the line of whatever Include was
 * carried out last, as in httpd. httpd: server/config.c ap_process_resource_config
 */
export function describeIncludes(files: ResolveResult['files']): string {
  const open: string[] = [];
  let line = '*';
  const lines = files.map(({ file, chain }) => {
    const depth = chain.length;
    const include = chain.join('\n');
    if (open[depth] !== include && depth > 0) line = /\d+$/.exec(include)![0];
    open.splice(depth, open.length, include);
    return `${'  '.repeat(depth + 1)}(${line}) ${file}\n`;
  });
  return `Included configuration files:\n${lines.join('')}`;
}
