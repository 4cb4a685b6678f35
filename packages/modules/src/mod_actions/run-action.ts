import {
  DECLINED,
  escapeUri,
  type HookResult,
  internalRedirectOfHandler,
  type RequestRecord,
} from '@httpd-ts/kernel';
import { actionsConfig } from './config.ts';

/** Leaves a request to the script that is named for its type, its handler or its method. httpd: modules/mappers/mod_actions.c action_handler */
export function runAction(request: RequestRecord): HookResult {
  const { actions, scripts } = actionsConfig.of(request);
  const byMethod = scriptOf(request, scripts);
  if (byMethod !== undefined && request.prev?.prev !== undefined) return DECLINED;
  const kind = request.handlerName ?? request.contentType?.split(/[; \t]/, 1)[0];
  const action = kind === undefined ? undefined : actions.get(kind.toLowerCase());
  if (action !== undefined) {
    if (!action.isVirtual && request.finfo === undefined) {
      request.log('actions', 'info', `AH00652: File does not exist: ${request.filename}`);
      return 404;
    }
    // The script finds it as REDIRECT_HANDLER.
    request.subprocessEnv.set('HANDLER', kind!);
  }
  const script = action?.script ?? byMethod;
  if (script === undefined) return DECLINED;
  const query = request.args === undefined ? '' : `?${request.args}`;
  return internalRedirectOfHandler(`${script}${escapeUri(request.uri)}${query}`, request);
}

/** A script for GET is for requests with a query. */
function scriptOf({ method, args }: RequestRecord, scripts: ReadonlyMap<string, string>): string | undefined {
  if (method === 'GET' || method === 'HEAD') return args === undefined ? undefined : scripts.get('GET');
  return scripts.get(method);
}
