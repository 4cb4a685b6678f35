import { statSync } from 'node:fs';
import type { ModuleDefinition } from '@httpd-ts/kernel';
import { nodeSystem } from '@httpd-ts/server/system-facts';
import { systemTree } from './find-tree.ts';

/** The version of this program, and the httpd version and platform it answers as. */
function versions(): { readonly own: string; readonly server: string } {
  const { version, platform } = nodeSystem();
  return { own: version, server: `Apache/2.4.71 (${platform})` };
}

/** Time of the release: that of the package's own description. */
function buildTime(): string {
  const { mtime } = statSync(new URL('../package.json', import.meta.url));
  return mtime.toISOString().slice(0, 19);
}

/** The version of this program. */
export const ownVersion = (): string => versions().own;

/** What `-v` prints. httpd: server/main.c */
export function versionText(): string {
  const { own, server } = versions();
  return `Server version: ${server}\nServer built:   ${buildTime()}\n${ownLine(own)}`;
}

const ownLine = (version: string) =>
  `httpd-ts:       ${version} (Node.js ${process.versions.node}, V8 ${process.versions.v8})\n`;

const threadedMpms: ReadonlySet<string> = new Set(['event', 'worker']);

/**
 * What `-V` prints. Programs read the MPM and the default paths from it; versions of libraries are those of the httpd
 * this one answers as. httpd: server/main.c show_compile_settings
 */
export function settingsText(mpm: string | undefined): string {
  const { own, server } = versions();
  const { serverRoot, configFile } = systemTree();
  const bits = /64|s390x/.test(process.arch) ? 64 : 32;
  const kind = mpm !== undefined && threadedMpms.has(mpm) ? 'yes (fixed thread count)' : 'no';
  const process_ = `  threaded:     ${kind}\n    forked:     yes (variable process count)\n`;
  const defines = [
    'APR_HAS_SENDFILE',
    'APR_HAS_MMAP',
    'APR_HAVE_IPV6 (IPv4-mapped addresses enabled)',
    'APR_USE_PROC_PTHREAD_SERIALIZE',
    'APR_USE_PTHREAD_SERIALIZE',
    'SINGLE_LISTEN_UNSERIALIZED_ACCEPT',
    'APR_HAS_OTHER_CHILD',
    'AP_HAVE_RELIABLE_PIPED_LOGS',
    'DYNAMIC_MODULE_LIMIT=256',
    `HTTPD_ROOT="${serverRoot}"`,
    'SUEXEC_BIN="/usr/lib/apache2/suexec"',
    'DEFAULT_PIDLOG="/run/apache2.pid"',
    'DEFAULT_SCOREBOARD="logs/apache_runtime_status"',
    'DEFAULT_ERRORLOG="logs/error_log"',
    'AP_TYPES_CONFIG_FILE="mime.types"',
    `SERVER_CONFIG_FILE="${configFile}"`,
  ];
  return [
    `Server version: ${server}\nServer built:   ${buildTime()}\n`,
    "Server's Module Magic Number: 20120211:142\n",
    'Server loaded:  APR 1.7.2, APR-UTIL 1.6.3, PCRE 10.42 2022-12-11\n',
    'Compiled using: APR 1.7.2, APR-UTIL 1.6.3, PCRE 10.42 2022-12-11\n',
    `Architecture:   ${bits}-bit\nServer MPM:     ${mpm ?? ''}\n${mpm === undefined ? '' : process_}`,
    'Server compiled with....\n',
    ...defines.map((define) => ` -D ${define}\n`),
    ownLine(own),
  ].join('');
}

/** The MPM that a list of loaded modules has. */
export function loadedMpm(modules: readonly ModuleDefinition[]): string | undefined {
  const found = modules.find(({ identifier }) => identifier.startsWith('mpm_'));
  return found?.name.replace(/^mpm_/, '');
}
