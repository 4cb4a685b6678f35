import type { ResolveResult } from '@httpd-ts/kernel';

/**
 * What `-D DUMP_INCLUDES` prints: the files in the order they were read, below the file that includes them, with the
 * line of the Include. httpd: server/config.c ap_process_resource_config
 */
export function describeIncludes(files: ResolveResult['files']): string {
  const lines = files.map(({ file, chain }) => {
    const line = /:(\d+)$/.exec(chain.at(-1) ?? '')?.[1] ?? '*';
    return `${'  '.repeat(chain.length + 1)}(${line}) ${file}\n`;
  });
  return `Included configuration files:\n${lines.join('')}`;
}
