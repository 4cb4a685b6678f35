import type { ModuleDefinition } from '@httpd-ts/kernel';
import { core } from './core/index.ts';
import { modDir } from './mod_dir/index.ts';
import { modHttp } from './mod_http/index.ts';
import { modMime } from './mod_mime/index.ts';
import { modSo } from './mod_so/index.ts';
import { modUnixd } from './mod_unixd/index.ts';
import { modVersion } from './mod_version/index.ts';
import { modWatchdog } from './mod_watchdog/index.ts';
import { mpmEvent } from './mpm_event/index.ts';
import { mpmPrefork } from './mpm_prefork/index.ts';
import { mpmWorker } from './mpm_worker/index.ts';

/** All modules there are: those compiled into Debian's server in their order, then those that LoadModule loads. */
export const standardModules: readonly ModuleDefinition[] = [
  core,
  modSo,
  modWatchdog,
  modHttp,
  // log_config, logio
  modVersion,
  modUnixd,
  mpmEvent,
  mpmPrefork,
  mpmWorker,
  modDir,
  modMime,
];
