import type { DirectoryConfig } from '../2-compile/directory-config.ts';
import type { CompiledHtaccess } from '../2-compile/htaccess-cache.ts';
import type { HtaccessResult } from '../2-compile/plan.ts';
import { parseStartMessage, type StartMessage } from '../2-compile/server-record.ts';
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
    if (cached.warnings.length > 0) logWarnings(request, cached);
    if (cached.error !== undefined) {
      request.log('core', 'alert', cached.error);
      return 500;
    }
    request.directory = request.directory.enterInWalk(cached.section, start);
    return OK;
  }
  return OK;
}

/** The files whose warnings were logged for a request and those made on its behalf, on the first of them. */
const warnedOf = { name: 'warnings of access files' };

/** httpd reads a file once for a request with all its redirections and sub-requests; what it says then is the server's. */
function logWarnings(request: RequestRecord, file: CompiledHtaccess): void {
  let first = request;
  for (let up = first.main ?? first.prev; up !== undefined; up = up.main ?? up.prev) first = up;
  const warned = first.state<Set<string>>(warnedOf) ?? first.setState(warnedOf, new Set<string>());
  if (warned.has(file.section.path)) return;
  warned.add(file.section.path);
  const { server } = request;
  const { errorLogger } = server;
  for (const { module, level, message, error } of file.warnings) {
    if (errorLogger.wants(module, level, undefined))
      errorLogger.write({ module, level, message, error, server });
  }
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

/** What a diagnostic says in the log; those without a place there are for who checks a configuration. */
function warningOf(text: string): StartMessage | undefined {
  const isOfOverride = /^AH0229[56]: /.test(text);
  return isOfOverride
    ? { module: 'core', level: 'warn', error: undefined, message: text }
    : parseStartMessage(text);
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
  const failedAt = diagnostics.findIndex(({ severity }) => severity === 'error');
  const failure = diagnostics[failedAt]?.text ?? refusal(unsupported);
  // Nothing behind the error is looked at.
  const said = failedAt < 0 ? diagnostics : diagnostics.slice(0, failedAt);
  return {
    info,
    error: failure === undefined ? undefined : `${path}: ${failure}`,
    warnings: said.flatMap(({ severity, text }) => {
      const warning = severity === 'warning' ? warningOf(text) : undefined;
      return warning === undefined ? [] : [warning];
    }),
    section: { kind: 'htaccess', path, records, definedAt: { file: path, line: 0 } },
  };
}

/** Fails closed: what nothing implements may be an access rule. */
function refusal([use]: HtaccessResult['unsupported']): string | undefined {
  return use === undefined ? undefined : `${use.name} (${use.module}) is not supported by httpd-ts yet`;
}
