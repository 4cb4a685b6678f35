import {
  type DirectiveContext,
  type DirectiveDeclaration,
  DONE,
  directoryWalk,
  fileWalk,
  type HookStatus,
  longestPath,
  NOT_IN,
  OK,
  type RequestRecord,
  take1,
} from '@httpd-ts/kernel';
import { coreServer } from './core-config.ts';
import { traceRequest } from './trace.ts';

const ownRoot = { name: 'document root of the request' };

/** Gives a request a document root of its own. httpd: server/core.c ap_set_document_root */
export function setDocumentRoot(request: RequestRecord, root: string): void {
  request.setState(ownRoot, root);
}

/** Where the path of a file came from, for CONTEXT_PREFIX and CONTEXT_DOCUMENT_ROOT. httpd: server/core.c ap_set_context_info */
export function setContext(request: RequestRecord, prefix: string, root: string | undefined): void {
  request.notes.set('context-prefix', prefix);
  if (root === undefined) request.notes.unset('context-document-root');
  else request.notes.set('context-document-root', root);
}

/** The document root of a request: its own, or that of its server. httpd: server/core.c ap_document_root */
export function documentRootOf(request: RequestRecord): string {
  const own = request.state<string>(ownRoot);
  if (own !== undefined) return own;
  return coreServer.of(request).documentRoot ?? defaultDocumentRoot;
}

const defaultDocumentRoot = '/usr/share/apache2/default-site/htdocs';

/** Maps a URL path to a file below DocumentRoot. httpd: server/core.c ap_core_translate */
export function translateToDocumentRoot(request: RequestRecord): HookStatus {
  if (request.proxyRequest !== false) return 403;
  const { uri } = request;
  if (uri[0] !== '/' && uri !== '*') {
    request.log('core', 'error', `AH00126: Invalid URI in request '${uri}' '${request.requestLine}'`);
    return 400;
  }
  const file = belowDocumentRoot(request, belowServerPath(request));
  if (file === undefined) return 403;
  request.filename = file;
  request.canonicalFilename = file;
  return OK;
}

const hasOddSegment = /\/\/|(?:^|\/)\.{1,2}(?:\/|$)/;

/** The file that a path means below DocumentRoot; undefined, which is logged, when there can be none. */
export function belowDocumentRoot(request: RequestRecord, path: string): string | undefined {
  const root = documentRootOf(request);
  const relative = path.startsWith('/') && path[1] !== '/' ? path.slice(1) : path.replace(/^\/+/, '');
  const isTooLong = root.length + relative.length > longestPath;
  const file = isTooLong || relative.includes('\0') ? undefined : joined(root, relative);
  if (file === undefined) {
    const error = isTooLong ? '(36)File name too long' : '(20023)The given path was above the root path';
    request.log('core', 'error', `AH00127: Cannot map ${request.requestLine} to file`, error);
  }
  return file;
}

/** Undefined when the path leads out of the root. */
function joined(root: string, relative: string): string | undefined {
  const base = root.endsWith('/') ? root : `${root}/`;
  if (!hasOddSegment.test(relative)) return base + relative;
  const kept: string[] = [];
  const segments = relative.split('/');
  for (const segment of segments) {
    if (segment === '..') {
      if (kept.pop() === undefined) return undefined;
    } else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  const endsInside = kept.length > 0 && ['', '.', '..'].includes(segments.at(-1)!);
  return `${base}${kept.join('/')}${endsInside ? '/' : ''}`;
}

function belowServerPath(request: RequestRecord): string {
  const { path } = request.server;
  const { uri } = request;
  if (path === undefined || !uri.startsWith(path)) return uri;
  const next = uri[path.length];
  return path.endsWith('/') || next === '/' || next === undefined ? uri.slice(path.length) : uri;
}

/** Enters the directory and file sections; answers TRACE and `OPTIONS *` itself. httpd: core_map_to_storage */
export function mapToFiles(request: RequestRecord): HookStatus {
  const status = directoryWalk(request);
  return status === OK ? fileWalk(request) : status;
}

/** Requests that are not about a file. httpd: modules/http/http_core.c, ap_send_http_trace, http_send_options */
export function answerWithoutFile(request: RequestRecord) {
  if (request.method === 'TRACE') return traceRequest(request);
  return request.method === 'OPTIONS' && request.uri === '*' ? DONE : -1;
}

/** Roots that were looked for. */
const rootsKey = { name: 'document roots' };

/** Whether a root is there. Thousands of virtual hosts may have the same one, which is looked for once. */
function isDirectory(root: string, cmd: DirectiveContext): boolean {
  const roots = cmd.memory(rootsKey, () => new Map<string, boolean>());
  let found = roots.get(root);
  if (found === undefined) {
    const info = cmd.world.files.stat(root);
    found = typeof info !== 'string' && info.type === 'directory';
    roots.set(root, found);
  }
  return found;
}

export const documentRootDirectives = {
  DocumentRoot: coreServer.directive({
    args: take1,
    context: 'server',
    usage: 'Root directory of the document tree',
    notIn: NOT_IN.directorySections | NOT_IN.limit,
    set(config, path, cmd) {
      const absolute = cmd.serverRootRelative(path);
      const root = absolute.length > 1 && absolute.endsWith('/') ? absolute.slice(0, -1) : absolute;
      config.documentRoot = root;
      if (cmd.settings.anyDocumentRoot || isDirectory(root, cmd)) return undefined;
      if (!cmd.server.isVirtual) return `DocumentRoot '${absolute}' is not a directory, or is not readable`;
      cmd.warn(`AH00112: Warning: DocumentRoot [${absolute}] does not exist`);
      return undefined;
    },
  }),
} satisfies Record<string, DirectiveDeclaration>;
