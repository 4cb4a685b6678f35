import { DECLINED, type HookResult, type HookStatus, OK, type RequestRecord } from '@httpd-ts/kernel';
import { belowDocumentRoot, constructUrl, documentRootOf } from '../core/contract.ts';
import { absoluteUri } from './absolute-uri.ts';
import { answerRedirect } from './answer-redirect.ts';
import { applyRules, forcedHandlerNote, forcedTypeNote, hasEnded, type Outcome } from './apply-rules.ts';
import { hasOption, type RewriteServerConfig, rewriteDirectory, rewriteServer, rulesOf } from './config.ts';
import { rewriteContext, rewriteLog, traceLevel } from './rewrite-context.ts';
import type { Rule } from './rule.ts';
import { isReduced } from './substitute.ts';

/** What is known of a request once its rules were applied. */
interface Rewritten {
  readonly outcome: Outcome;
  readonly lastSubstitution: Rule | undefined;
}

const rewritten = { name: 'what rules made of the request' };

/** The rules of a server. httpd: modules/mappers/mod_rewrite.c hook_uri2file */
export function rewriteUri(request: RequestRecord): HookResult {
  const directory = rewriteDirectory.of(request);
  const config = rewriteServer.of(request);
  if (directory.engine !== true || config.server !== request.server) return DECLINED;
  const trace = traceLevel(request);
  if (hasEnded(request)) {
    if (trace >= 8) rewriteLog({ request }, 8, 'Declining, no further rewriting due to END flag');
    return DECLINED;
  }
  if (!hasOption(directory, 'allowanyuri') && (request.unparsedUri === '*' || !request.uri.startsWith('/'))) {
    if (trace >= 8) rewriteLog({ request }, 8, notAPath(request));
    return DECLINED;
  }
  setScriptVariables(request);
  const before = request.state<Rewritten>(rewritten);
  if (before !== undefined) {
    return conclude(request, config, before, request.args, trace);
  }
  return rewriteFirst(request, config, trace);
}

const notAPath = ({ uri }: RequestRecord) =>
  `Declining, request-URI '${uri}' is not a URL-path. Consult the manual entry for the RewriteOptions directive for options and caveats about matching other strings.`;

/** `SCRIPT_URL` and `SCRIPT_URI`, which keep the first path through internal redirects. */
function setScriptVariables(request: RequestRecord): void {
  const { main } = request;
  const env = request.subprocessEnv;
  const path = main === undefined ? (env.get('REDIRECT_SCRIPT_URL') ?? request.uri) : main.env('SCRIPT_URL');
  if (path !== undefined) env.set('SCRIPT_URL', path);
  env.set('SCRIPT_URI', constructUrl(path ?? '', request));
}

function rewriteFirst(request: RequestRecord, config: RewriteServerConfig, trace: number): HookResult {
  if (request.filename === undefined) {
    request.filename = request.uri;
    if (trace >= 2) rewriteLog({ request }, 2, `init rewrite engine with requested uri ${request.filename}`);
  } else if (trace >= 2) {
    rewriteLog(
      { request },
      2,
      `init rewrite engine with passed filename ${request.filename}. Original uri = ${request.uri}`,
    );
  }
  const context = rewriteContext(request, config.maps, trace);
  const outcome = applyRules(rulesOf(config), context, {
    legacyPrefix: hasOption(config, 'legacyprefixdocroot'),
    maximumLength: 2 * (request.server.limits.line ?? 8190),
  });
  const finish = (result: Outcome) => {
    const state: Rewritten = { outcome: result, lastSubstitution: context.lastSubstitution };
    request.setState(rewritten, state);
    return conclude(request, config, state, context.initialArgs, trace);
  };
  return typeof outcome === 'string' ? finish(outcome) : outcome.then(finish);
}

function conclude(
  request: RequestRecord,
  config: RewriteServerConfig,
  { outcome, lastSubstitution }: Rewritten,
  originalArgs: string | undefined,
  trace: number,
): HookStatus {
  const { filename = '' } = request;
  if (outcome === 'unchanged') {
    if (trace >= 1) rewriteLog({ request }, 1, `pass through ${filename}`);
    return DECLINED;
  }
  const isProxy = filename.length > 6 && filename.startsWith('proxy:');
  const absolute = isProxy ? undefined : absoluteUri(filename);
  if (!(absolute !== undefined && outcome !== 'unescaped') && /[\x00-\x20\x7f]/.test(request.args ?? '')) {
    request.log('rewrite', 'error', 'AH10410: Rewritten query string contains control characters or spaces');
    return 403;
  }
  if (outcome === 'refused') return request.status;
  if (outcome === 'status') {
    const { status } = request;
    request.status = 200;
    return status;
  }
  if (isProxy) return toProxy(request, filename, outcome, trace);
  if (absolute !== undefined) return answerRedirect({ request, trace }, absolute, outcome, originalArgs);
  if (filename.length > 12 && filename.startsWith('passthrough:')) {
    request.uri = filename.slice(12);
    return DECLINED;
  }
  return toLocalPath(request, config, lastSubstitution, trace);
}

function toProxy(request: RequestRecord, filename: string, outcome: Outcome, trace: number): HookStatus {
  if (!request.server.plan.modules.some(({ name }) => name === 'mod_proxy')) {
    request.log(
      'rewrite',
      'error',
      `AH00669: attempt to make remote request from mod_rewrite without proxy enabled: ${filename}`,
    );
    return 403;
  }
  const unescaped = outcome === 'unescaped';
  if (unescaped) request.notes.set('proxy-nocanon', '1');
  const query =
    request.args !== undefined && (request.proxyRequest === 'proxy' || unescaped) ? `?${request.args}` : '';
  request.filename = filename + request.pathInfo + query;
  if (request.proxyRequest === false) request.proxyRequest = 'reverse';
  request.handlerName = 'proxy-server';
  if (trace >= 1) rewriteLog({ request }, 1, `go-ahead with proxy request ${request.filename} [OK]`);
  return OK;
}

/** `/~user/path` below the home of that user. httpd: expand_tildepaths */
function withHome(request: RequestRecord, path: string): string {
  const [, user, rest] = /^\/~([^/]+)([\s\S]*)$/.exec(path) ?? [];
  if (user === undefined) return path;
  const home = request.server.plan.world.system.homeDirectory(user);
  if (home === undefined) return path;
  return rest === '' ? home : home.replace(/\/$/, '') + rest;
}

function toLocalPath(
  request: RequestRecord,
  config: RewriteServerConfig,
  lastSubstitution: Rule | undefined,
  trace: number,
): HookStatus {
  const filename = withHome(request, request.filename!);
  request.filename = filename;
  if (trace >= 2) rewriteLog({ request }, 2, `local path result: ${filename}`);
  if (!filename.startsWith('/')) return 400;
  const legacy = hasOption(config, 'legacyprefixdocroot');
  if ((!legacy && isReduced(request)) || !hasFilePrefix(request, filename, config, lastSubstitution, trace)) {
    const mapped = belowDocumentRoot(request, filename);
    if (mapped === undefined) {
      if (trace >= 1) rewriteLog({ request }, 1, `prefixing with document_root of ${filename} FAILED`);
      return 403;
    }
    request.filename = mapped;
    if (trace >= 2) rewriteLog({ request }, 2, `prefixed with document_root to ${mapped}`);
  }
  if (trace >= 1) rewriteLog({ request }, 1, `go-ahead with ${request.filename} [OK]`);
  return OK;
}

/**
 * Whether a path is one of the file system, by its first segment: it exists, and the rule says so in its own text,
 * by UnsafePrefixStat, or by leading into the document root. httpd: prefix_stat
 */
function hasFilePrefix(
  request: RequestRecord,
  path: string,
  config: RewriteServerConfig,
  lastSubstitution: Rule | undefined,
  trace: number,
): boolean {
  const first = /^\/+([^/]*)/.exec(path)![1]!;
  const prefix = first === '.' || first === '..' ? '/' : `/${first}`;
  if (typeof request.server.plan.world.files.stat(prefix) === 'string') return false;
  if (lastSubstitution === undefined || hasOption(config, 'unsafeprefixstat')) {
    if (trace >= 3) rewriteLog({ request }, 3, `prefix_stat no lastsub subst prefix ${prefix}`);
    return true;
  }
  const { outputText, flags } = lastSubstitution;
  const allowed = flags.prefixStat;
  if (trace >= 3) {
    rewriteLog(
      { request },
      3,
      `prefix_stat compare statpath ${prefix} and lastsub output ${outputText} STATOK ${allowed ? 4194304 : 0} `,
    );
  }
  if (allowed) return true;
  return (
    startsWith(request, outputText, prefix, trace) ||
    startsWith(request, path, documentRootOf(request), trace)
  );
}

function startsWith(request: RequestRecord, text: string, prefix: string, trace: number): boolean {
  const result = text.startsWith(prefix);
  if (trace >= 5) rewriteLog({ request }, 5, `prefix_stat startsWith(${text}, ${prefix}) ${result ? 1 : 0}`);
  return result;
}

/** Gives a request the type and handler that a rule asked for. httpd: hook_mimetype */
export function forceType(request: RequestRecord): HookStatus {
  const type = request.note(forcedTypeNote);
  const handler = request.note(forcedHandlerNote);
  if (type === undefined && handler === undefined) return OK;
  const trace = traceLevel(request);
  if (type !== undefined) {
    if (trace >= 1)
      rewriteLog({ request }, 1, `force filename ${request.filename} to have MIME-type '${type}'`);
    request.contentType = type;
  }
  if (handler !== undefined) {
    if (trace >= 1)
      rewriteLog(
        { request },
        1,
        `force filename ${request.filename} to have the Content-handler '${handler}'`,
      );
    request.handlerName = handler;
  }
  return OK;
}
