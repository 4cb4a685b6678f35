import {
  DECLINED,
  DONE,
  dieWithoutLength,
  type FileInfo,
  type HookResult,
  type HookStatus,
  OK,
  type RequestRecord,
} from '@httpd-ts/kernel';
import { allowHeader } from './allow-header.ts';
import { meetsConditions, setLastModified } from './conditions.ts';
import { registeredMethodsKey } from './connection-limits.ts';
import { coreDirectory } from './core-config.ts';
import { base64, setEtag, validatorsOf } from './etag.ts';
import { allowMethods, isKnownMethod } from './methods.ts';

/**
 * Reads the request body to its end, unless the connection ends with this request anyway. When that fails the request is
 * answered, which DONE says. httpd: modules/http/http_filters.c ap_discard_request_body
 */
export async function discardRequestBody(request: RequestRecord): Promise<HookStatus> {
  if (request.connection.keepalive === 'close') return OK;
  try {
    while ((await request.body.pull()) !== null);
    return OK;
  } catch {
    const status = request.body.failure ?? 400;
    if (status !== 413) return status;
    await dieWithoutLength(status, request);
    return DONE;
  }
}

/** Serves files when no other handler did. httpd: server/core.c default_handler */
export function defaultHandler(request: RequestRecord): HookResult {
  if (isReadToEnd(request) || request.main !== undefined) return serve(request);
  return discardRequestBody(request).then((status) => (status === OK ? serve(request) : status));
}

/**
 * Where the client waits to be told to go on, it is told by reading even of chunks that were none; but not by the
 * document of an error, which leaves such a body alone.
 */
function isReadToEnd({ body, status }: RequestRecord): boolean {
  if (body.awaitsContinue && status >= 300) return true;
  return body.ended && !(body.awaitsContinue && body.length === undefined);
}

function serve(request: RequestRecord): HookStatus {
  const { method } = request;
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') return otherMethod(request);
  const { finfo, filename } = request;
  if (finfo === undefined || finfo.type === 'directory' || hasStrayPath(request)) return notFound(request);
  return serveFile(request, filename!, finfo);
}

const hasStrayPath = (request: RequestRecord) => request.pathInfo !== '' && request.usedPathInfo !== 'accept';

function notFound(request: RequestRecord): HookStatus {
  const { finfo, filename, pathInfo } = request;
  allowStandardMethods(request);
  request.log(
    'core',
    'info',
    finfo === undefined
      ? `AH00128: File does not exist: ${filename}${pathInfo}`
      : finfo.type === 'directory'
        ? `AH00129: Attempt to serve directory: ${filename}`
        : `AH00130: File does not exist: ${filename}${pathInfo}`,
  );
  return 404;
}

const allowStandardMethods = (request: RequestRecord) => allowMethods(request, 'GET', 'POST', 'OPTIONS');

function serveFile(request: RequestRecord, path: string, info: FileInfo): HookStatus {
  const validators = validatorsOf(request, path, info);
  if (typeof validators === 'string') {
    const error = validators === 'EACCES' ? '(13)Permission denied' : `(5)${validators}`;
    request.log('core', 'error', `AH00132: file permissions deny server access: ${path}`, error);
    return 403;
  }
  const { headersOut } = request;
  const config = coreDirectory.of(request);
  if (request.mtimeMs < info.mtimeMs) request.mtimeMs = info.mtimeMs;
  const isPast = request.mtimeMs === info.mtimeMs && info.mtimeMs < request.requestTimeMs;
  if (isPast && !request.assBackwards) headersOut.set('Last-Modified', validators.modified);
  else setLastModified(request);
  setEtag(request, validators);
  headersOut.set('Accept-Ranges', config.maxRanges === 0 ? 'none' : 'bytes');
  headersOut.set('Content-Length', validators.length);
  if (config.contentDigest === true) setContentDigest(request, path);
  const status = meetsConditions(request);
  if (status !== OK) request.status = status;
  // What was asked of the client's request holds for its answer, not for a part of that.
  if (status === OK || request.main !== undefined)
    request.output = { kind: 'file', path, info, offset: 0, length: info.size };
  return OK;
}

/** httpd: server/util_md5.c ap_md5digest */
function setContentDigest(request: RequestRecord, path: string): void {
  const { files, digests } = request.server.plan.world;
  const content = files.readBytes(path);
  if (typeof content !== 'string')
    request.headersOut.set('Content-MD5', base64(digests.hash('md5', content)));
}

function otherMethod(request: RequestRecord): HookStatus {
  allowStandardMethods(request);
  if (!isKnownMethod(request.method, registeredMethods(request))) {
    const isTls = /^\x16[\x02\x03]/.test(request.requestLine);
    const hint = isTls ? ' - possible attempt to establish SSL connection on non-SSL port' : '';
    request.log('core', 'error', `AH00135: Invalid method in request ${request.requestLine}${hint}`);
    return 501;
  }
  if (request.method !== 'OPTIONS') return 405;
  if (request.assBackwards) return DECLINED;
  request.headersOut.set('Allow', allowHeader(request));
  return OK;
}

function registeredMethods(request: RequestRecord): ReadonlySet<string> {
  return request.server.plan.memory(registeredMethodsKey, () => new Set<string>());
}
