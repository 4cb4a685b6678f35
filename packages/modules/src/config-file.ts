import { type DirectiveContext, systemErrorText, words } from '@httpd-ts/kernel';

/** A file that a directive reads as a part of the configuration. */
export interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

/** Reads such a file; a text is the complaint. httpd: server/util.c ap_pcfg_openfile */
export function readConfigFile(file: string, cmd: DirectiveContext): ConfigFile | string {
  const path = cmd.serverRootRelative(file);
  const complaint = `${cmd.name}: Could not open file ${path}`;
  const found = cmd.world.files.stat(path);
  if (typeof found === 'object' && found.type !== 'file' && path !== '/dev/null') {
    cmd.warn(`[core:error] AH00554: Access to file ${path} denied by server: not a regular file`);
    return `${complaint}: Bad file descriptor`;
  }
  const read = cmd.world.files.readText(path);
  if (typeof read !== 'string') return { path, text: read.text };
  return path === '/dev/null' ? { path, text: '' } : `${complaint}: ${systemErrorText(read)}`;
}

/**
 * The words of each line, up to one that begins with `#`. `line` is the last of those that backslashes join.
 * httpd: server/util.c ap_cfg_getline
 */
export function* configFileWords(
  text: string,
): Generator<{ readonly words: readonly string[]; readonly line: number }> {
  let joined = '';
  for (const [index, line] of text.split('\n').entries()) {
    joined += line.replace(/\r$/, '');
    if (joined.endsWith('\\')) {
      joined = joined.slice(0, -1);
      continue;
    }
    const all = words(joined);
    const comment = all.findIndex((word) => word.startsWith('#') || word === '');
    yield { words: comment < 0 ? all : all.slice(0, comment), line: index + 1 };
    joined = '';
  }
}
