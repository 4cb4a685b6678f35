import {
  DECLINED,
  effectiveOptions,
  type HookResult,
  type HookStatus,
  internalRedirect,
  OK,
  OPTIONS,
  type RequestRecord,
  walkConfig,
} from '@httpd-ts/kernel';
import { documentRootOf } from '../core/contract.ts';
import { absoluteUri } from './absolute-uri.ts';
import { answerRedirect } from './answer-redirect.ts';
import { applyRules, hasEnded, type Outcome } from './apply-rules.ts';
import {
  hasOption,
  type RewriteDirectoryConfig,
  rewriteDirectory,
  rewriteServer,
  rulesOf,
} from './config.ts';
import { type RewriteContext, rewriteContext, rewriteLog, traceLevel } from './rewrite-context.ts';

const redirectHandler = 'redirect-handler';

/** The rules of a directory, applied to a file that was found. httpd: modules/mappers/mod_rewrite.c hook_fixup */
export function rewriteInDirectory(request: RequestRecord): HookResult {
  const config = rewriteDirectory.of(request);
  const directory = config.directory!;
  // The rules of a directory asked for without its slash wait until the client asks with it.
  if (!hasOption(config, 'allownoslash') && !isProxied(request) && `${request.filename}/` === directory) {
    return DECLINED;
  }
  const trace = traceLevel(request);
  if (hasEnded(request)) {
    if (trace >= 8) {
      const subject = { request, perdir: directory };
      rewriteLog(subject, 8, 'Declining, no further rewriting due to END flag');
    }
    return DECLINED;
  }
  if ((effectiveOptions(walkConfig.of(request)) & (OPTIONS.symLinks | OPTIONS.symLinksIfOwner)) === 0) {
    request.log(
      'rewrite',
      'error',
      `AH00670: Options FollowSymLinks and SymLinksIfOwnerMatch are both off, so the RewriteRule directive is also forbidden due to its similar ability to circumvent directory restrictions : ${request.filename}`,
    );
    return 403;
  }
  const fileBefore = request.filename;
  const context = rewriteContext(request, rewriteServer.of(request).maps, trace, directory);
  if (request.filename === undefined) {
    request.filename = request.uri;
    if (trace >= 2) rewriteLog(context, 2, `init rewrite engine with requested uri ${request.filename}`);
  }
  const outcome = applyRules(rulesOf(config), context, {
    maximumLength: 2 * (request.server.limits.line ?? 8190),
    legacyPrefix: false,
  });
  return typeof outcome === 'string'
    ? conclude(context, config, outcome, fileBefore)
    : outcome.then((later) => conclude(context, config, later, fileBefore));
}

const isProxied = ({ proxyRequest, filename }: RequestRecord) =>
  proxyRequest !== false && (filename?.startsWith('proxy:') ?? false);

function conclude(
  context: RewriteContext,
  config: RewriteDirectoryConfig,
  outcome: Outcome,
  fileBefore: string | undefined,
): HookStatus {
  const { request, trace } = context;
  const filename = request.filename!;
  if (outcome === 'unchanged') {
    if (trace >= 1) rewriteLog(context, 1, `pass through ${filename}`);
    request.filename = fileBefore;
    return DECLINED;
  }
  const isProxy = filename.length > 6 && filename.startsWith('proxy:');
  const absolute = isProxy ? undefined : absoluteUri(filename);
  if (!(absolute !== undefined && outcome !== 'unescaped') && /[\x00-\x20\x7f]/.test(request.args ?? '')) {
    request.log('rewrite', 'error', 'AH10411: Rewritten query string contains control characters or spaces');
    return 403;
  }
  if (outcome === 'refused') return request.status;
  if (outcome === 'status') {
    const { status } = request;
    request.status = 200;
    return status;
  }
  if (isProxy) return toProxy(context, outcome);
  if (absolute !== undefined) {
    replaceDirectory(context, config, absolute.schemeLength);
    return answerRedirect(context, absolute, outcome, context.initialArgs);
  }
  return toLocalUrl(context, config, fileBefore);
}

function toProxy(context: RewriteContext, outcome: Outcome): HookStatus {
  const { request, trace } = context;
  if (!request.server.plan.modules.some(({ name }) => name === 'mod_proxy')) {
    request.log(
      'rewrite',
      'error',
      `AH10160: attempt to make remote request from mod_rewrite without proxy enabled: ${request.filename}`,
    );
    return 403;
  }
  if (outcome === 'unescaped') request.notes.set('proxy-nocanon', '1');
  // A rule of the server may have asked for that before.
  const isRaw = request.note('proxy-nocanon') !== undefined;
  if (request.args !== undefined && (request.proxyRequest === 'proxy' || isRaw)) {
    request.filename += `?${request.args}`;
  }
  if (request.proxyRequest === false) request.proxyRequest = 'reverse';
  request.handlerName = 'proxy-server';
  if (trace >= 1) rewriteLog(context, 1, `go-ahead with proxy request ${request.filename} [OK]`);
  return OK;
}

/** In a URL whose path is the directory's on disk, puts RewriteBase in its place. */
function replaceDirectory(
  context: RewriteContext,
  config: RewriteDirectoryConfig,
  schemeLength: number,
): void {
  const { baseUrl } = config;
  if (baseUrl === undefined) return;
  const { request, trace } = context;
  const filename = request.filename!;
  const path = filename.indexOf('/', schemeLength) + 1;
  if (path === 0 || path === filename.length) return;
  const directory = config.directory!;
  if (trace >= 2) rewriteLog(context, 2, `trying to replace prefix ${directory} with ${baseUrl}`);
  const match = directory.startsWith('/') ? directory.slice(1) : directory;
  const replaced = replacePrefix(context, filename.slice(path), match, baseUrl.slice(1));
  if (replaced !== undefined) request.filename = filename.slice(0, path) + replaced;
}

function toLocalUrl(
  context: RewriteContext,
  config: RewriteDirectoryConfig,
  fileBefore: string | undefined,
): HookStatus {
  const { request, trace } = context;
  const passed = request.filename!;
  const filename =
    passed.length > 12 && passed.startsWith('passthrough:') ? passed.slice('passthrough:'.length) : passed;
  request.filename = filename;
  if (!filename.startsWith('/')) return 400;
  if (filename === fileBefore) {
    if (trace >= 1) rewriteLog(context, 1, `initial URL equal rewritten URL: ${filename} [IGNORING REWRITE]`);
    return OK;
  }
  const url = urlOf(context, config, filename);
  request.notes.set('redirect-keeps-vary', '');
  if (trace >= 1) rewriteLog(context, 1, `internal redirect with ${url} [INTERNAL REDIRECT]`);
  request.filename = `redirect:${url}`;
  request.handlerName = redirectHandler;
  return OK;
}

/** The URL of a file: by RewriteBase, else by the document root, else by the alias that led here. */
function urlOf(context: RewriteContext, config: RewriteDirectoryConfig, filename: string): string {
  const { request, trace } = context;
  const { directory = '' } = config;
  const { baseUrl } = config;
  if (baseUrl !== undefined) {
    if (trace >= 2) rewriteLog(context, 2, `trying to replace prefix ${directory} with ${baseUrl}`);
    const replaced = replacePrefix(context, filename, directory, baseUrl);
    if (replaced !== undefined) return replaced;
  } else {
    const root = documentRootOf(request).replace(/\/$/, '');
    if (filename.startsWith(`${root}/`)) {
      const url = filename.slice(root.length);
      if (trace >= 2) rewriteLog(context, 2, `strip document_root prefix: ${filename} -> ${url}`);
      return url;
    }
  }
  if (hasOption(config, 'ignorecontextinfo')) return filename;
  const prefix = request.note('context-prefix') ?? '';
  const root = request.note('context-document-root') ?? documentRootOf(request);
  if (trace >= 2) {
    rewriteLog(context, 2, `trying to replace context docroot ${root} with context prefix ${prefix}`);
  }
  return replacePrefix(context, filename, root, prefix) ?? filename;
}

/** Puts one prefix, which ends at a slash, in the place of another; undefined for a path that has it not. httpd: subst_prefix_path */
function replacePrefix(
  { request, trace }: RewriteContext,
  path: string,
  match: string,
  by: string,
): string | undefined {
  const bare = match.replace(/\/$/, '');
  if (!path.startsWith(bare) || path[bare.length] !== '/') return undefined;
  const rest = path.slice(bare.length + 1);
  if (trace >= 5) rewriteLog({ request }, 5, `strip matching prefix: ${path} -> ${rest}`);
  const replaced = by === '' || by.endsWith('/') ? by + rest : `${by}/${rest}`;
  if (trace >= 4) rewriteLog({ request }, 4, `add subst prefix: ${rest} -> ${replaced}`);
  return replaced;
}

/** Answers a request whose directory's rules led to another local URL. httpd: handler_redirect */
export function redirectInternally(request: RequestRecord): HookResult {
  const { handlerName, filename, args } = request;
  if (handlerName !== redirectHandler || !filename?.startsWith('redirect:')) return DECLINED;
  const url = filename.slice('redirect:'.length);
  return internalRedirect(args === undefined ? url : `${url}?${args}`, request);
}
