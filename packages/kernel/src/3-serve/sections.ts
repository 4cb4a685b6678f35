import type { DirectoryConfig } from '../2-compile/directory-config.ts';
import type { Section } from '../2-compile/section.ts';
import { OPTIONS } from '../declare/places.ts';
import { matchesPattern } from '../shell-pattern.ts';
import { type HookResult, type HookStatus, OK } from '../status.ts';
import { canonicalPath, directoryOf, longestPath, mergeSlashes } from '../uri.ts';
import type { FileInfo } from '../world.ts';
import { htaccessOf } from './htaccess.ts';
import type { RequestRecord } from './request-record.ts';
import { effectiveOptions, readsHtaccess, type WalkConfig, walkConfig } from './walk-config.ts';

/**
 * Enters the `<Location>` sections of the request's path. With MergeSlashes the path has lost its double slashes
 * already; those that a rule has put in since stay. httpd: server/request.c ap_location_walk
 */
export function locationWalk(request: RequestRecord): HookStatus {
  const index = request.server.plan.locations(request.server);
  if (index.isEmpty) return OK;
  const uri = request.uri;
  if (!uri.startsWith('/')) return OK;
  const path = request.server.plan.policy.mergesSlashes(request) ? uri : mergeSlashes(uri);
  const start = request.directory;
  for (const section of index.candidates(path)) {
    if (section.regex === undefined || matchesExpression(section, uri, request)) {
      request.directory = request.directory.enterInWalk(section, start);
    }
  }
  return OK;
}

/** Tries a section's expression; its named groups become `MATCH_NAME` variables. */
function matchesExpression(section: Section, subject: string, request: RequestRecord): boolean {
  const regex = section.regex!;
  const { groupNames } = regex;
  if (groupNames.length === 0) return regex.test(subject);
  const match = regex.exec(subject);
  if (match === null) return false;
  for (const { name, group } of groupNames) {
    const value = match[group];
    if (value !== undefined) request.subprocessEnv.set(`MATCH_${name.toUpperCase()}`, value);
  }
  return true;
}

/** Enters the `<Files>` sections of the request's file. httpd: server/request.c ap_file_walk */
export function fileWalk(request: RequestRecord): HookStatus {
  const { files } = walkConfig.of(request);
  if (files.length === 0 || request.filename === undefined) return OK;
  const name = request.filename.slice(request.filename.lastIndexOf('/') + 1);
  const start = request.directory;
  for (const section of files) {
    const matches =
      section.regex !== undefined
        ? matchesExpression(section, name, request)
        : section.isPattern
          ? matchesPattern(section.path, name)
          : section.path === name;
    if (matches) request.directory = request.directory.enterInWalk(section, start);
  }
  return OK;
}

/** Enters the `<If>` sections whose condition holds. httpd: server/request.c ap_if_walk */
export function ifWalk(request: RequestRecord): HookResult {
  const { conditions } = walkConfig.of(request);
  return conditions.length === 0 ? OK : enterConditions(request, conditions);
}

/** What holds of one list is merged among itself before it is merged over what was there; then come the nested ones. */
function enterConditions(request: RequestRecord, conditions: readonly Section[]): HookResult {
  const before = walkConfig.of(request).conditions.length;
  const enterNested = () => {
    const nested = walkConfig.of(request).conditions.slice(before);
    return nested.length > 0 ? enterConditions(request, nested) : OK;
  };
  const entered = enterWhatHolds(request, conditions, request.directory);
  return entered === undefined ? enterNested() : entered.then(enterNested);
}

/** Stays synchronous until a condition has to be waited for. `chainDone`: an earlier one of the chain held. */
function enterWhatHolds(
  request: RequestRecord,
  conditions: readonly Section[],
  start: DirectoryConfig,
  from = 0,
  chainDone = false,
): Promise<void> | undefined {
  let done = chainDone;
  for (let i = from; i < conditions.length; i++) {
    const section = conditions[i]!;
    if (section.chain === 'if') done = false;
    if (done) continue;
    const holds = section.condition?.(request) ?? true;
    if (holds instanceof Promise) {
      return holds.then((later) => {
        if (later) request.directory = request.directory.enterInWalk(section, start);
        return enterWhatHolds(request, conditions, start, i + 1, later);
      });
    }
    done = holds;
    if (holds) request.directory = request.directory.enterInWalk(section, start);
  }
  return undefined;
}

/** What stands on a path, as the walk needs it; `missing` also for a path below a file. */
function statusOf(request: RequestRecord, path: string, follow: boolean): FileInfo | 'missing' | HookStatus {
  const { files } = request.server.plan.world;
  const info = follow ? files.stat(path) : files.lstat(path);
  if (typeof info === 'object') return info;
  if (info === 'ENOENT') return 'missing';
  if (info === 'EACCES') {
    request.log(
      'core',
      'error',
      `AH00035: access to ${request.uri} denied (filesystem path '${path}') because search permissions are missing on a component of the path`,
      '(13)Permission denied',
    );
    return 403;
  }
  const error =
    info === 'ENOTDIR'
      ? '(20)Not a directory'
      : info === 'ENAMETOOLONG'
        ? '(36)File name too long'
        : `(5)${info}`;
  request.log('core', 'error', `AH00036: access to ${request.uri} failed (filesystem path '${path}')`, error);
  return 403;
}

const maximumRemembered = 20_000;

/**
 * Enters the `<Directory>` sections and `.htaccess` files from the root down to the request's file, checks symbolic
 * links on the way, and splits what is behind the file off as `pathInfo`.
 * httpd: server/request.c ap_directory_walk
 */
export function directoryWalk(request: RequestRecord): HookStatus {
  const { server } = request;
  let { filename } = request;
  if (filename === undefined) {
    request.log('core', 'error', `AH00031: Module bug?  Request filename is missing for URI ${request.uri}`);
    return 500;
  }
  if (!filename.startsWith('/')) {
    request.log(
      'core',
      'error',
      `AH00030: Module bug?  Request filename path ${filename} is invalid or or not absolute for uri ${request.uri}`,
    );
    return 403;
  }
  // There is no file by such a name.
  if (filename.length > longestPath) {
    request.finfo = undefined;
    return OK;
  }
  const { world, directoryMemo } = server.plan;
  if (request.finfo === undefined) {
    const info = world.files.stat(filename);
    if (typeof info === 'object' && !(info.type !== 'directory' && filename.endsWith('/')))
      request.finfo = info;
  }
  if (filename.includes('//') || filename.includes('/.')) {
    // Before sections are chosen: what a rule or an alias made may lead out of the directory it begins with.
    filename = canonicalPath(filename);
    request.filename = filename;
  }
  const memo = directoryMemo(server);
  const isFile = request.finfo?.type === 'file';
  const entry = isFile
    ? directoryOf(filename)
    : request.finfo?.type === 'directory'
      ? filename.endsWith('/')
        ? filename
        : `${filename}/`
      : undefined;
  if (entry !== undefined && request.directory === server.lookupDefaults) {
    const known = memo.get(entry);
    if (known !== undefined && (!isFile || followsLinks(walkConfig.at(known.vector)))) {
      request.directory = known;
      enterFile(request, entry, isFile, server.lookupDefaults);
      return enterExpressions(request, server.lookupDefaults);
    }
  }
  const start = request.directory;
  const status = walkDown(request, entry, memo);
  // httpd hands over what a walk has gathered at its end only: an error is answered by what held before.
  if (status !== OK) request.directory = start;
  return status;
}

/** Whether symbolic links are followed without a look at them. */
function followsLinks(config: WalkConfig): boolean {
  return (effectiveOptions(config) & (OPTIONS.symLinks | OPTIONS.symLinksIfOwner)) === OPTIONS.symLinks;
}

function walkDown(
  request: RequestRecord,
  entry: string | undefined,
  memo: Map<string, DirectoryConfig>,
): HookStatus {
  const { server } = request;
  const filename = request.filename!;
  const index = server.plan.directories(server);
  const start = request.directory;
  /** Stays true while nothing but the path decided, so that the result may be remembered. */
  let pathDecides = start === server.lookupDefaults;
  let isTrustedFile = false;
  let directory = '/';
  let depth = 1;
  let at = 1;
  request.lastFound = undefined;
  for (;;) {
    for (const section of index.at(directory, depth)) {
      request.directory = request.directory.enterInWalk(section, start);
    }
    const config = walkConfig.of(request);
    if (readsHtaccess(config)) {
      pathDecides = false;
      const status = htaccessOf(request, directory, config, start);
      if (status !== OK) {
        request.pathInfo = filename.slice(directory.length - 1) + request.pathInfo;
        request.filename = directory;
        return status;
      }
    }
    while (filename[at] === '/') at++;
    if (at >= filename.length) break;
    const slash = filename.indexOf('/', at);
    const end = slash < 0 ? filename.length : slash;
    const path = directory + filename.slice(at, end);
    const options = effectiveOptions(walkConfig.of(request));
    const trusted =
      request.finfo !== undefined &&
      (options & (OPTIONS.symLinks | OPTIONS.symLinksIfOwner)) === OPTIONS.symLinks;
    if (trusted && end === filename.length && request.finfo!.type !== 'directory') {
      isTrustedFile = true;
      break;
    }
    if (!trusted) {
      pathDecides = false;
      const info = enterComponent(request, path, options);
      if (typeof info === 'number' || info === 'missing' || info.type !== 'directory') {
        request.filename = path;
        if (end < filename.length) request.pathInfo = filename.slice(end) + request.pathInfo;
        if (typeof info === 'number') return info;
        request.finfo = info === 'missing' ? undefined : info;
        if (info !== 'missing' && info.type !== 'file') {
          request.log('core', 'error', `AH00038: Forbidden: ${path} doesn't point to a file or directory`);
          return 403;
        }
        break;
      }
      if (end === filename.length) request.finfo = info;
      request.lastFound = info;
    }
    directory = `${path}/`;
    depth++;
    at = end + 1;
  }
  if (pathDecides && entry !== undefined) {
    if (memo.size >= maximumRemembered) memo.clear();
    memo.set(entry, request.directory);
  }
  enterFile(request, entry, isTrustedFile, start);
  return enterExpressions(request, start);
}

/** What a walk ended at, for the sub-requests and redirections of its request. */
interface WalkEnd {
  readonly directory: string;
  readonly file: string | undefined;
}

const walkEnd = { name: 'end of the directory walk' };

/**
 * Where links are followed without a look, httpd takes the file itself for one more directory of the walk. A request
 * made below another one in the same directory takes over what that walk has found. httpd: prep_walk_cache
 */
function enterFile(
  request: RequestRecord,
  entry: string | undefined,
  isTrustedFile: boolean,
  start: DirectoryConfig,
): void {
  const index = request.server.plan.directories(request.server);
  const filename = request.filename!;
  let file = isTrustedFile ? filename : undefined;
  if (index.hasPatterns) {
    const before = (request.main ?? request.prev)?.state<WalkEnd>(walkEnd);
    if (entry !== undefined && before?.directory === entry) file = before.file;
    const isDirectory = request.finfo?.type === 'directory';
    const directory = isDirectory ? filename : directoryOf(filename);
    request.setState<WalkEnd>(walkEnd, { directory, file });
  }
  if (file === undefined) return;
  for (const section of index.atFile(file)) request.directory = request.directory.enterInWalk(section, start);
}

function enterExpressions(request: RequestRecord, start: DirectoryConfig): HookStatus {
  const { expressions } = request.server.plan.directories(request.server);
  for (const section of expressions) {
    if (matchesExpression(section, request.filename!, request)) {
      request.directory = request.directory.enterInWalk(section, start);
    }
  }
  return OK;
}

/** Looks at one component of the path; a symbolic link is followed if Options allow it. */
function enterComponent(
  request: RequestRecord,
  path: string,
  options: number,
): FileInfo | 'missing' | HookStatus {
  const info = statusOf(request, path, false);
  if (typeof info !== 'object' || info.type !== 'link') return info;
  const target = resolveLink(request, path, info, options);
  if (target === undefined) {
    request.log('core', 'error', `AH00037: Symbolic link not allowed or link target not accessible: ${path}`);
    return 403;
  }
  return target;
}

/** httpd: server/request.c resolve_symlink */
function resolveLink(
  request: RequestRecord,
  path: string,
  link: FileInfo,
  options: number,
): FileInfo | undefined {
  if ((options & (OPTIONS.symLinks | OPTIONS.symLinksIfOwner)) === 0) return undefined;
  const target = request.server.plan.world.files.stat(path);
  if (typeof target !== 'object') return undefined;
  return (options & OPTIONS.symLinksIfOwner) !== 0 && target.uid !== link.uid ? undefined : target;
}
