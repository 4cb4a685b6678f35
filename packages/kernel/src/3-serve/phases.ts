import { requestPlan } from '../2-compile/order-hooks.ts';
import type { RequestPlan } from '../2-compile/request-plan.ts';
import { DECLINED, DONE, type HookResult, type HookStatus, OK } from '../status.ts';
import { mergeSlashes, normalizePath, removeDotSegments, unescapeUrl } from '../uri.ts';
import type { RequestRecord } from './request-record.ts';
import { runAll, runFirst } from './run-hooks.ts';
import { ifWalk, locationWalk } from './sections.ts';
import { walkConfig } from './walk-config.ts';

/**
 * One step on a request's way. OK (or DECLINED where the step allows it) goes on to the next step;
 * anything else ends the walk with that answer.
 */
type Step = (request: RequestRecord) => HookResult;

/**
 * A request takes these steps from top to bottom.
 * httpd: server/request.c ap_process_request_internal
 */
const requestSteps: readonly Step[] = [
  cleanPath,
  locationWalk,
  ifWalk,
  noteWalk,
  preTranslate,
  decodeForTranslation,
  walkAgain(locationWalk),
  walkAgain(ifWalk),
  translate,
  resetToServerDefaults,
  mapToStorage,
  walkLocations,
  ifWalk,
  parseHeaders,
  authorize,
  findType,
  fixUp,
];

/** The same for a sub-request that was made for a file name: it has no URI to translate. */
const fileSteps: readonly Step[] = [
  resetToServerDefaults,
  mapToStorage,
  locationWalk,
  ifWalk,
  authorize,
  findType,
  fixUp,
];

/** What comes before all steps: the hooks that look at the request as it was read. httpd: ap_post_read_request */
export function afterReading(request: RequestRecord): HookResult {
  const hooks = planOf(request).postReadRequest;
  if (hooks.length === 0) return checkScheme(OK, request);
  const status = runAll(hooks, request);
  return typeof status === 'number'
    ? checkScheme(status, request)
    : status.then((later) => checkScheme(later, request));
}

/** Only a forward proxy takes targets of other schemes. */
function checkScheme(status: HookStatus, { parsedUri: { scheme }, proxyRequest }: RequestRecord): HookStatus {
  const isForeign = scheme !== undefined && scheme !== 'http' && scheme !== 'https';
  return status === OK && isForeign && proxyRequest === false ? 400 : status;
}

/** Takes a request up to its handler. OK means that the handler may run. */
export function processRequest(request: RequestRecord): HookResult {
  return walkSteps(requestSteps, request, 0);
}

/** Whether the path of a request is sound; it is cleaned and decoded. */
export function checkPath(request: RequestRecord): HookStatus {
  if (!request.uri.startsWith('/')) return OK;
  const status = cleanPath(request);
  return status === OK ? decodePath(request) : status;
}

/** Takes a sub-request for a file up to its handler. */
export function processFileRequest(request: RequestRecord): HookResult {
  return walkSteps(fileSteps, request, 0);
}

function walkSteps(steps: readonly Step[], request: RequestRecord, from: number): HookResult {
  for (let i = from; i < steps.length; i++) {
    const answer = steps[i]!(request);
    if (typeof answer !== 'number') return stepsAfter(answer, steps, request, i + 1);
    if (answer !== OK) return answer;
  }
  return OK;
}

async function stepsAfter(
  pending: Promise<HookStatus>,
  steps: readonly Step[],
  request: RequestRecord,
  next: number,
): Promise<HookStatus> {
  const answer = await pending;
  return answer === OK ? walkSteps(steps, request, next) : answer;
}

const planOf = (request: RequestRecord): RequestPlan =>
  request.directory.plan ?? requestPlan(request.directory);

/** Set once a pre-translate hook has said that the path must stay as it is. */
const keepPath = { name: 'path is translated' };

const badEscape = /%(?![0-9A-Fa-f]{2})/;
const unreserved = /%(?:2[dDeE]|3[0-9]|[46][1-9a-fA-F]|[57][0-9aA]|5[fF]|7[eE])/g;

function decodeUnreserved(path: string): string {
  return path.replace(unreserved, (escaped) => String.fromCharCode(Number.parseInt(escaped.slice(1), 16)));
}

/** The path of the target and the URI are one text in httpd until a module gives another URI. */
function setPath(request: RequestRecord, path: string): void {
  request.uri = path;
  if (request.parsedUri.path !== path) request.parsedUri = { ...request.parsedUri, path };
}

/** Decodes unreserved characters and shrinks `/./`, `/../` and (MergeSlashes) `//`. */
function cleanPath(request: RequestRecord): HookStatus {
  if (request.proxyRequest === 'proxy') return checkForeignPath(request);
  // A target that is no URI has no path; the modules that map it see it whole.
  if (request.parsedUri.path === undefined && request.uri !== '/' && request.uri !== '*') return OK;
  let path = request.uri;
  let isSound = path.startsWith('/');
  if (path.includes('%')) {
    // Looked for before anything is decoded or dropped: neither may make a sound path of a bad one.
    if (badEscape.test(path)) isSound = false;
    path = decodeUnreserved(path);
  }
  if (path === '*') return OK;
  const merges = request.server.plan.policy.mergesSlashes(request);
  const cleaned = path.startsWith('/') ? normalizePath(path, merges) : path;
  if (cleaned === undefined) {
    setPath(request, removeDotSegments(merges ? mergeSlashes(path) : path));
    isSound = false;
  } else setPath(request, cleaned);
  if (isSound) return OK;
  request.log('core', 'error', `AH10244: invalid URI path (${request.unparsedUri})`);
  return 400;
}

/** The path of a URL that another server answers is looked at, and goes there as it came. */
function checkForeignPath(request: RequestRecord): HookStatus {
  const { path } = request.parsedUri;
  if (request.method === 'CONNECT' || path === undefined) return OK;
  const plain = decodeUnreserved(path);
  if (path.startsWith('/') && !badEscape.test(path) && normalizePath(plain, false) !== undefined) return OK;
  request.log('core', 'error', `AH10244: invalid URI path (${request.unparsedUri})`);
  return 400;
}

/** The path that was walked before it was decoded, and what that led to. */
const walked = { name: 'walk of the encoded path' };

interface Walk {
  readonly uri: string;
  readonly directory: RequestRecord['directory'];
}

function noteWalk(request: RequestRecord): HookStatus {
  const { uri, directory, server } = request;
  if (directory !== server.lookupDefaults) request.setState<Walk>(walked, { uri, directory });
  return OK;
}

/** Sections that hold for the path already are not entered once more. httpd: ap_location_walk, ap_if_walk, walk caches */
function walkAgain(walk: Step): Step {
  return (request) => {
    const before = request.state<Walk>(walked);
    const isSame = before?.uri === request.uri && before.directory === request.directory;
    return isSame ? OK : walk(request);
  };
}

function walkLocations(request: RequestRecord): HookStatus {
  const { directory } = request;
  const status = locationWalk(request);
  request.hasLocations = request.directory !== directory;
  return status;
}

function preTranslate(request: RequestRecord): HookResult {
  const hooks = planOf(request).preTranslateName;
  if (hooks.length === 0) return OK;
  const answer = runFirst(hooks, request);
  return typeof answer === 'number'
    ? afterPreTranslate(answer, request)
    : answer.then((status) => afterPreTranslate(status, request));
}

function afterPreTranslate(status: HookStatus, request: RequestRecord): HookStatus {
  if (status >= 100) return status;
  if (status === DONE) request.setState(keepPath, true);
  return OK;
}

/** A path that cannot be decoded is answered as by the server: what held for it before was for pre-translate hooks. */
function decodeForTranslation(request: RequestRecord): HookStatus {
  const status = decodePath(request);
  if (status !== OK) request.directory = request.server.lookupDefaults;
  return status;
}

/** Decodes the path for the modules that follow. */
function decodePath(request: RequestRecord): HookStatus {
  const { uri } = request;
  if (!uri.includes('%') || request.state(keepPath)) return OK;
  const encodedSlashes = walkConfig.at(request.server.directoryDefaults).encodedSlashes ?? 'refuse';
  const decoded = unescapeUrl(uri, encodedSlashes);
  if (decoded.status !== undefined) {
    // httpd's path ends at the NUL.
    const end = decoded.text.indexOf('\0');
    setPath(request, end < 0 ? decoded.text : decoded.text.slice(0, end));
    if (decoded.status === 404 && encodedSlashes === 'refuse') {
      request.log(
        'core',
        'info',
        `AH00026: found %2f (encoded '/') in URI path (${request.unparsedUri}), returning 404`,
      );
    } else if (decoded.status === 400) {
      request.log('core', 'error', `AH10244: invalid URI path (${request.unparsedUri})`);
    }
    return decoded.status;
  }
  setPath(
    request,
    encodedSlashes === 'decode'
      ? (normalizePath(decoded.text, request.server.plan.policy.mergesSlashes(request)) ?? '/')
      : decoded.text,
  );
  return OK;
}

function translate(request: RequestRecord): HookResult {
  const answer = runFirst(planOf(request).translateName, request);
  return typeof answer === 'number'
    ? declinedDies(answer, 'translate', request)
    : answer.then((status) => declinedDies(status, 'translate', request));
}

/** A phase that nobody took care of is a configuration error. httpd: decl_die */
function declinedDies(status: HookStatus, phase: string, request: RequestRecord): HookStatus {
  if (status !== DECLINED) return status;
  request.log('core', 'crit', `AH00025: configuration error:  couldn't ${phase}: ${request.uri}`);
  return 500;
}

function resetToServerDefaults(request: RequestRecord): HookStatus {
  request.directory = request.server.lookupDefaults;
  return OK;
}

function mapToStorage(request: RequestRecord): HookResult {
  const answer = runFirst(planOf(request).mapToStorage, request);
  return answer === DECLINED ? OK : answer;
}

function parseHeaders(request: RequestRecord): HookResult {
  const hooks = planOf(request).headerParser;
  return hooks.length === 0 || request.main !== undefined ? OK : runAll(hooks, request);
}

/**
 * Access by address and by user. Skipped when the request this one came from has passed under the same configuration.
 */
function authorize(request: RequestRecord): HookResult {
  const origin = request.prev ?? request.main;
  const mayDiffer = request.hasLocations && request.server.plan.checksEachUri;
  if (origin !== undefined && origin.directory === request.directory && !mayDiffer) {
    request.user = origin.user;
    request.authType = origin.authType;
    return OK;
  }
  const plan = planOf(request);
  if (request.server.plan.satisfies(request) !== 'any') {
    const answer = runAll(plan.accessChecker, request);
    if (typeof answer !== 'number')
      return answer.then((status) => (status === OK ? authorizeUser(request, plan) : status));
    return answer === OK ? authorizeUser(request, plan) : answer;
  }
  const answer = runAll(plan.accessChecker, request);
  if (typeof answer !== 'number')
    return answer.then((status) => (status === OK ? OK : authorizeUser(request, plan)));
  return answer === OK ? OK : authorizeUser(request, plan);
}

/** Authorization without a user if that is enough, else with one. */
function authorizeUser(request: RequestRecord, plan: RequestPlan): HookResult {
  const answer = runFirst(plan.accessCheckerEx, request);
  if (typeof answer !== 'number') {
    return answer.then((status) => (status === DECLINED ? authenticate(request, plan) : status));
  }
  return answer === DECLINED ? authenticate(request, plan) : answer;
}

async function authenticate(request: RequestRecord, plan: RequestPlan): Promise<HookStatus> {
  const known = declinedDies(await runFirst(plan.checkUserId, request), 'check user', request);
  if (known !== OK) return known;
  if (request.user === undefined) {
    request.log(
      'core',
      'error',
      `AH00027: No authentication done but request not allowed without authentication for ${request.uri}. Authentication not configured?`,
    );
    return 500;
  }
  return declinedDies(await runFirst(plan.authChecker, request), 'check authorization', request);
}

function findType(request: RequestRecord): HookResult {
  const answer = runFirst(planOf(request).typeChecker, request);
  return answer === DECLINED ? declinedDies(DECLINED, 'find types', request) : answer;
}

/** Fixups that follow one by which the request has got another configuration, as of an index file, are those of that one. */
function fixUp(request: RequestRecord): HookResult {
  return fixUpFrom(request, planOf(request), 0);
}

function fixUpFrom(request: RequestRecord, plan: RequestPlan, from: number): HookResult {
  const { directory } = request;
  for (let i = from; i < plan.fixups.length; i++) {
    const answer = plan.fixups[i]!(request);
    if (typeof answer === 'object') {
      return answer.then((status) => (goesOn(status) ? fixUpAfter(request, plan, i, directory) : status));
    }
    if (!goesOn(answer)) return answer;
    if (request.directory !== directory) return fixUpAfter(request, plan, i, directory);
  }
  return OK;
}

function fixUpAfter(
  request: RequestRecord,
  plan: RequestPlan,
  done: number,
  before: RequestRecord['directory'],
): HookResult {
  if (request.directory === before) return fixUpFrom(request, plan, done + 1);
  const next = planOf(request);
  const place = plan.fixupPlaces[done]!;
  const from = next.fixupPlaces.findIndex((one) => one > place);
  return from < 0 ? OK : fixUpFrom(request, next, from);
}

const goesOn = (answer: HookStatus | undefined): boolean =>
  answer === OK || answer === DECLINED || answer === undefined;

const parameters = /[; \t]/;

/** A content type without what follows it. */
function mediaTypeOf(contentType: string): string {
  const end = contentType.search(parameters);
  return end < 0 ? contentType : contentType.slice(0, end);
}

/**
 * Runs the handler that the request's handler name or content type asks for.
 * httpd: server/config.c ap_invoke_handler
 */
export function invokeHandler(request: RequestRecord): HookResult {
  const plan = planOf(request);
  for (const hook of plan.insertFilter) hook(request);
  if (request.outputFilters !== undefined)
    for (const filter of request.outputFilters) filter.setUp?.(request);
  const named = request.handlerName;
  if (named === undefined) request.handlerName = mediaTypeOf(request.contentType ?? '');
  const answer = runFirst(plan.handler, request);
  if (typeof answer !== 'number') return answer.then((status) => afterHandler(status, named, request));
  return afterHandler(answer, named, request);
}

function afterHandler(status: HookStatus, named: string | undefined, request: RequestRecord): HookStatus {
  const isByType = named === undefined && request.contentType !== undefined;
  if (status === OK && isByType && request.method !== 'OPTIONS') request.answeredBy = request.handlerName;
  request.handlerName = named;
  if (status !== DECLINED) return status;
  if (named !== undefined && named !== 'default-handler') {
    request.log('core', 'warn', `AH02454: handler "${named}" not found for: ${request.filename}`);
  }
  return 500;
}
