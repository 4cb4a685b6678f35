import type { Compilation, Plan, ServerRecord } from '@httpd-ts/kernel';
import { numberedFileError } from '../parsed-file.ts';
import { mimeMagicConfig } from './config.ts';
import { type MagicRule, parseMagicLine } from './parse-magic-line.ts';

const rulesKey = { name: 'rules of magic files by server' };

/** The rules that hold for a server; undefined where it has none. */
export function magicRulesOf(plan: Pick<Plan, 'memory'>, server: number): readonly MagicRule[] | undefined {
  const rules = plan.memory(rulesKey, () => new Map<number, readonly MagicRule[]>()).get(server);
  return rules === undefined || rules.length === 0 ? undefined : rules;
}

/**
 * Reads the magic files when a server starts: the main server's, and those of virtual hosts from the last to the first,
 * each of which has the main server's rules where it names no file. A file at fault is used as far as it goes, and
 * none is read after it. httpd: modules/metadata/mod_mime_magic.c magic_init
 */
export function loadMagicFiles(compilation: Compilation): void {
  const byServer = compilation.memory(rulesKey, () => new Map<number, readonly MagicRule[]>());
  byServer.clear();
  const { mainServer, servers } = compilation;
  const mainFile = mimeMagicConfig.at(mainServer.config).file;
  const virtualHosts = servers.filter((server) => server !== mainServer).reverse();
  for (const server of [mainServer, ...virtualHosts]) {
    const { file } = mimeMagicConfig.at(server.config);
    if (file === undefined) continue;
    const rules: MagicRule[] = [];
    const isSound = readMagicFile(file, server, compilation, rules);
    byServer.set(server.index, rules);
    if (!isSound) break;
  }
  const mainRules = byServer.get(mainServer.index);
  for (const server of virtualHosts) {
    const isMain = mimeMagicConfig.at(server.config).file === mainFile;
    if (isMain && mainRules !== undefined) byServer.set(server.index, mainRules);
  }
}

/** httpd: apprentice */
function readMagicFile(
  file: string,
  server: ServerRecord,
  compilation: Compilation,
  rules: MagicRule[],
): boolean {
  const complain = (text: string, error?: string) => {
    if (server.wantsWhileCompiling?.('mime_magic', 'error') === false) return;
    compilation.warn(`[mime_magic:error] ${error === undefined ? '' : `${error}: `}${text}`, 'error');
  };
  const root = compilation.settings.serverRoot.replace(/\/+$/, '');
  const path = file.startsWith('/') ? file : `${root}/${file}`;
  const read = compilation.world.files.readText(path);
  // A directory can be opened, but has no lines.
  if (read === 'EISDIR') return true;
  if (typeof read === 'string') {
    complain(`AH01515: mod_mime_magic: can't read magic file ${path}`, numberedFileError(read));
    return false;
  }
  let isSound = true;
  for (const whole of read.text.split('\n')) {
    const line = whole.split('\0', 1)[0]!.replace(/^[\t-\r ]+|[\t-\r ]+$/g, '');
    if (line === '' || line.startsWith('#')) continue;
    const { rule, complaints, isRefused } = parseMagicLine(line);
    rules.push(rule);
    for (const complaint of complaints) complain(complaint);
    if (isRefused) isSound = false;
  }
  return isSound;
}
