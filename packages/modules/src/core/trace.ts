import {
  bodyWithoutLength,
  type DirectiveDeclaration,
  DONE,
  type HookResult,
  type HookStatus,
  NOT_IN,
  type RequestRecord,
  take1,
} from '@httpd-ts/kernel';
import { coreServer } from './core-config.ts';

const maximumBody = 65_536;

/** TraceEnable of a request's server. */
export function traceModeOf(request: RequestRecord): 'on' | 'off' | 'extended' {
  return coreServer.of(request).trace ?? 'on';
}

/** Sends a request back as it came. httpd: modules/http/http_filters.c ap_send_http_trace */
export function traceRequest(request: RequestRecord): HookResult {
  const first = request.initial;
  const mode = traceModeOf(first);
  if (mode === 'off') {
    first.notes.set('error-notes', 'TRACE denied by server configuration');
    return 405;
  }
  const hasBody = first.body.length !== 0;
  if (hasBody && mode !== 'extended') {
    first.notes.set('error-notes', 'TRACE with a request body is not allowed');
    return 413;
  }
  return hasBody ? echoWithBody(first) : echo(first, '');
}

function echo(request: RequestRecord, body: string): HookStatus {
  request.contentType = 'message/http';
  const text = `${request.requestLine}\r\n${request.headersIn.toLines()}\r\n${body}`;
  request.output = bodyWithoutLength(text);
  return DONE;
}

async function echoWithBody(request: RequestRecord): Promise<HookStatus> {
  let body = '';
  try {
    for (let chunk = await request.body.pull(); chunk !== null; chunk = await request.body.pull()) {
      if (body.length + chunk.length > maximumBody) {
        request.notes.set('error-notes', 'Extended TRACE request bodies cannot exceed 64k\n');
        return 413;
      }
      for (const byte of chunk) body += String.fromCharCode(byte);
    }
  } catch {
    return request.body.failure ?? 400;
  }
  return echo(request, body);
}

export const traceDirectives = {
  TraceEnable: coreServer.directive({
    args: take1,
    context: 'server',
    usage: "'on' (default), 'off' or 'extended' to trace request body content",
    default: 'on',
    notIn: NOT_IN.directorySections | NOT_IN.limit,
    set(config, word) {
      const mode = word.toLowerCase();
      if (mode !== 'on' && mode !== 'off' && mode !== 'extended') {
        return "TraceEnable must be one of 'on', 'off', or 'extended'";
      }
      config.trace = mode;
      return undefined;
    },
  }),
} satisfies Record<string, DirectiveDeclaration>;
