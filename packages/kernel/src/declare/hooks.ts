import type { Compilation, Plan } from '../2-compile/plan.ts';
import type { RequestRecord } from '../3-serve/request-record.ts';
import { type HookResult, OK } from '../status.ts';
import type { ConfigView } from './config-records.ts';

/** When a hook runs among the others of its phase. httpd: APR_HOOK_FIRST and so on */
export type HookOrder = 'really-first' | 'first' | 'middle' | 'last' | 'really-last';

export interface HookOptions {
  readonly order?: HookOrder;
  /** Modules (`mod_proxy`) whose hook of this phase must come later. */
  readonly before?: readonly string[];
  /** Modules whose hook of this phase must come earlier. */
  readonly after?: readonly string[];
  /**
   * Whether the hook has anything to do under this configuration. A hook that has not is left out of the
   * plan, so it costs nothing. Must depend on nothing but the configuration.
   */
  readonly when?: (config: ConfigView) => boolean;
  /**
   * A check of access that looks at more than the configuration: where its module is loaded, sub-requests and internal
   * redirects into `<Location>` sections are checked anew. httpd: AP_AUTH_INTERNAL_PER_URI
   */
  readonly perUri?: boolean;
}

/**
 * Phases of a request, in the order a request meets them.
 * How answers combine: `first`, the first that is not DECLINED ends the phase; `all`, every hook runs until one
 * answers neither OK nor DECLINED; `each`, every hook runs, answers do not count.
 */
export const requestPhases = {
  createRequest: 'each',
  postReadRequest: 'all',
  quickHandler: 'first',
  preTranslateName: 'first',
  translateName: 'first',
  mapToStorage: 'first',
  headerParser: 'all',
  accessChecker: 'all',
  accessCheckerEx: 'first',
  checkUserId: 'first',
  authChecker: 'first',
  typeChecker: 'first',
  fixups: 'all',
  insertFilter: 'each',
  handler: 'first',
  insertErrorFilter: 'each',
  logTransaction: 'all',
} as const;

export type RequestPhase = keyof typeof requestPhases;

/** Runs for a request. Answers at once, or by a promise only when it must wait for something outside. */
export type RequestHook = (request: RequestRecord) => HookResult;

/**
 * Phases of a start: `checkConfig` may refuse, `postConfig` prepares, `childInit` runs in each worker thread, and
 * `serverInit` once on the main thread of the serving process, for what must be done by one: timers, listeners.
 */
export type LifecyclePhase =
  | 'preConfig'
  | 'checkConfig'
  | 'openLogs'
  | 'postConfig'
  | 'childInit'
  | 'childExit'
  | 'serverInit'
  | 'serverExit';

export type LifecycleHook = (compilation: Compilation, plan: Plan) => void;

export type HookDeclaration = HookOptions &
  (
    | { readonly phase: RequestPhase; readonly run: RequestHook }
    | { readonly phase: LifecyclePhase; readonly runAtStart: LifecycleHook }
  );

const hookOf =
  (phase: RequestPhase) =>
  (run: RequestHook, options: HookOptions = {}): HookDeclaration => ({
    ...options,
    phase,
    run,
  });

const voidHookOf =
  (phase: RequestPhase) =>
  (run: (request: RequestRecord) => void, options: HookOptions = {}): HookDeclaration => ({
    ...options,
    phase,
    run(request) {
      run(request);
      return OK;
    },
  });

const lifecycleHookOf =
  (phase: LifecyclePhase) =>
  (run: LifecycleHook, options: HookOptions = {}): HookDeclaration => ({
    ...options,
    phase,
    runAtStart: run,
  });

export const createRequest = voidHookOf('createRequest');
export const postReadRequest = hookOf('postReadRequest');
export const quickHandler = hookOf('quickHandler');
export const preTranslateName = hookOf('preTranslateName');
export const translateName = hookOf('translateName');
export const mapToStorage = hookOf('mapToStorage');
export const headerParser = hookOf('headerParser');
export const accessChecker = hookOf('accessChecker');
export const accessCheckerEx = hookOf('accessCheckerEx');
export const checkUserId = hookOf('checkUserId');
export const authChecker = hookOf('authChecker');
export const typeChecker = hookOf('typeChecker');
export const fixups = hookOf('fixups');
/** Adds output filters to the request (`request.addOutputFilter`). */
export const insertFilter = voidHookOf('insertFilter');
export const insertErrorFilter = voidHookOf('insertErrorFilter');
export const handler = hookOf('handler');
export const logTransaction = hookOf('logTransaction');

export const preConfig = lifecycleHookOf('preConfig');
export const checkConfig = lifecycleHookOf('checkConfig');
export const openLogs = lifecycleHookOf('openLogs');
export const postConfig = lifecycleHookOf('postConfig');
export const childInit = lifecycleHookOf('childInit');
export const childExit = lifecycleHookOf('childExit');
export const serverInit = lifecycleHookOf('serverInit');
export const serverExit = lifecycleHookOf('serverExit');
