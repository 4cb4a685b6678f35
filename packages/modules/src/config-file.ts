import { type DirectiveContext, systemErrorText } from '@httpd-ts/kernel';

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
