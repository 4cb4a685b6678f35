import type { DirectoryConfig } from '../2-compile/directory-config.ts';
import type { CompiledHtaccess } from '../2-compile/htaccess-cache.ts';
import type { HtaccessResult } from '../2-compile/plan.ts';
import { everyOption } from '../declare/places.ts';
import { changesWillShow, type FileState, isSameState } from '../file-state.ts';
import { type HookStatus, OK } from '../status.ts';
import type { RequestRecord } from './request-record.ts';
import { effectiveOverride, type WalkConfig } from './walk-config.ts';

/**
 * Enters the first access file of a directory, compiled once and again only when the file changes.
 * httpd: server/config.c ap_parse_htaccess
 */
export function htaccessOf(
  request: RequestRecord,
  directory: string,
  config: WalkConfig,
  start: DirectoryConfig,
): HookStatus {
  const { plan } = request.server;
  for (const name of plan.policy.accessFileNames(request)) {
    const path = directory + name;
    const info = plan.world.files.stat(path);
    if (typeof info === 'string') {
      if (info === 'ENOENT' || info === 'ENOTDIR') continue;
      logUnreadable(request, path, directory, info === 'EACCES' ? '(13)Permission denied' : `(5)${info}`);
      return 403;
    }
    if (info.type !== 'file') {
      request.log('core', 'error', `AH00554: Access to file ${path} denied by server: not a regular file`);
      logUnreadable(request, path, directory, '(9)Bad file descriptor');
      return 403;
    }
    const key = `${rightsKey(config)}|${request.server.index}|${path}`;
    const cache = plan.htaccessCache;
    let cached = cache.get(key);
    if (cached === undefined || !isSameState(cached.info, info)) {
      const fresh = compileFile(request, directory, path, config, info);
      if (typeof fresh === 'number') return fresh;
      cached = fresh;
      if (changesWillShow(info, plan.world.clock.now())) cache.set(key, cached, info.size);
    }
    for (const warning of cached.warnings) request.log('core', 'warn', warning);
    if (cached.error !== undefined) {
      request.log('core', 'alert', cached.error);
      return 500;
    }
    request.directory = request.directory.enterInWalk(cached.section, start);
    return OK;
  }
  return OK;
}

function logUnreadable(request: RequestRecord, path: string, directory: string, error: string): void {
  request.notes.set('error-notes', 'Server unable to read htaccess file, denying access to be safe');
  const hint = `ensure it is readable and that '${directory}' is executable`;
  request.log(
    'core',
    'crit',
    `AH00529: ${path} pcfg_openfile: unable to check htaccess file, ${hint}`,
    error,
  );
}

/** What of the configuration decides how a file is read. */
function rightsKey(config: WalkConfig): string {
  const { overrideList, overrideOptions } = config;
  const names = overrideList === undefined ? '' : [...overrideList].join(' ');
  return `${effectiveOverride(config)}|${overrideOptions ?? ''}|${names}`;
}

function compileFile(
  request: RequestRecord,
  directory: string,
  path: string,
  config: WalkConfig,
  info: FileState,
): CompiledHtaccess | HookStatus {
  const { plan } = request.server;
  const read = plan.world.files.readText(path);
  if (typeof read === 'string') {
    logUnreadable(request, path, directory, '(13)Permission denied');
    return 403;
  }
  const { records, diagnostics, unsupported } = plan.compileHtaccess({
    server: request.server,
    directory,
    file: path,
    text: read.text,
    override: effectiveOverride(config),
    overrideList: config.overrideList,
    overrideOptions: config.overrideOptions ?? everyOption,
  });
  const failure = diagnostics.find(({ severity }) => severity === 'error')?.text ?? refusal(unsupported);
  return {
    info,
    error: failure === undefined ? undefined : `${path}: ${failure}`,
    warnings: diagnostics.flatMap(({ severity, text }) => {
      const warning = text.replace(/^\[core:warn\] /, '');
      return severity === 'warning' && /^AH0(?:229[56]|0111)/.test(warning) ? [warning] : [];
    }),
    section: { kind: 'htaccess', path, records, definedAt: { file: path, line: 0 } },
  };
}

/** Fails closed: what nothing implements may be an access rule. */
function refusal([use]: HtaccessResult['unsupported']): string | undefined {
  return use === undefined ? undefined : `${use.name} (${use.module}) is not supported by httpd-ts yet`;
}
