import { HeaderTable } from '@httpd-ts/http1';
import { escapeHtml, escapeUri, lookupUri, type RequestRecord } from '@httpd-ts/kernel';
import { requestedUrl, schemeOf, serverNameForUrl, serverPortOf } from './canonical-name.ts';
import { clientHost, lookUpClientHost } from './client-host.ts';
import { coreDirectory } from './core-config.ts';
import { documentRootOf } from './document-root.ts';
import { hostnameLookupsOf } from './hostname-lookups.ts';
import { adminOf, signature } from './server-identity.ts';

/** httpd: include/httpd.h DEFAULT_PATH */
const defaultPath = '/bin:/usr/bin:/usr/ucb:/usr/bsd:/usr/local/bin';

/**
 * Puts into the environment of a request what scripts are told: its header fields, the server, the client, and the
 * script. Gives a promise only when something has to be looked up.
 * httpd: server/util_script.c ap_add_common_vars, ap_add_cgi_vars
 */
export function addScriptVariables(
  request: RequestRecord,
  scriptFilename: string,
): Promise<void> | undefined {
  const lookUp = lookUpClientHost(request);
  if (lookUp === undefined) return addVariables(request, scriptFilename);
  return lookUp.then(() => addVariables(request, scriptFilename));
}

function addVariables(request: RequestRecord, scriptFilename: string): Promise<void> | undefined {
  addCommonVariables(request, scriptFilename);
  return addCgiVariables(request);
}

function addCommonVariables(request: RequestRecord, scriptFilename: string): void {
  const { subprocessEnv, connection, server } = request;
  const isFirst = subprocessEnv.size === 0;
  const env = isFirst ? subprocessEnv : new HeaderTable();
  addHeaderVariables(request, env);
  const { environment } = server.plan.world;
  env.add('PATH', request.env('PATH') ?? environment.get('PATH') ?? defaultPath);
  const libraries = request.env('LD_LIBRARY_PATH') ?? environment.get('LD_LIBRARY_PATH');
  if (libraries !== undefined) env.add('LD_LIBRARY_PATH', libraries);
  env.add('SERVER_SIGNATURE', signature(request, ''));
  env.add('SERVER_SOFTWARE', server.plan.process.serverBanner);
  env.add('SERVER_NAME', escapeHtml(serverNameForUrl(request)));
  env.add('SERVER_ADDR', connection.localAddress);
  env.add('SERVER_PORT', String(serverPortOf(request)));
  const host = hostnameLookupsOf(request) === 'off' ? request.clientAddress : clientHost(request);
  if (host !== request.clientAddress) env.add('REMOTE_HOST', host);
  env.add('REMOTE_ADDR', request.clientAddress);
  const root = documentRootOf(request);
  env.add('DOCUMENT_ROOT', root);
  env.set('REQUEST_SCHEME', schemeOf(request));
  env.add('CONTEXT_PREFIX', request.note('context-prefix') ?? '');
  env.add('CONTEXT_DOCUMENT_ROOT', request.note('context-document-root') ?? root);
  env.add('SERVER_ADMIN', adminOf(request));
  env.add('SCRIPT_FILENAME', withoutQuery(request, scriptFilename));
  env.add('REMOTE_PORT', String(connection.clientPort));
  addUser(request, env);
  addRedirection(request, env);
  if (!isFirst) subprocessEnv.overlap(env, 'set');
}

/** Fields of the request as `HTTP_NAME`; credentials only with CGIPassAuth, `Proxy` never. httpd: http2env */
function addHeaderVariables(request: RequestRecord, env: HeaderTable): void {
  const { cgiPassAuth = false } = coreDirectory.of(request);
  request.headersIn.forEach((name, value) => {
    const upper = variableOf(name);
    if (upper === undefined) return;
    if (upper === 'HTTP_CONTENT_TYPE') env.add('CONTENT_TYPE', value);
    else if (upper === 'HTTP_CONTENT_LENGTH') env.add('CONTENT_LENGTH', value);
    else if (upper === 'HTTP_PROXY') return;
    else if (upper === 'HTTP_AUTHORIZATION' || upper === 'HTTP_PROXY_AUTHORIZATION') {
      if (cgiPassAuth) env.add(upper, value);
    } else env.add(upper, value);
  });
}

const mostRemembered = 512;
const variables = new Map<string, string | undefined>();

/** The variable of a field, or undefined when its name has other characters than letters, digits and `-`. */
function variableOf(name: string): string | undefined {
  let variable = variables.get(name);
  if (variable !== undefined) return variable;
  if (!/^[A-Za-z0-9-]*$/.test(name)) return undefined;
  variable = `HTTP_${name.toUpperCase().replaceAll('-', '_')}`;
  if (variables.size >= mostRemembered) variables.clear();
  variables.set(name, variable);
  return variable;
}

function withoutQuery(request: RequestRecord, filename: string): string {
  const question = request.note('proxy-noquery') === undefined ? -1 : filename.indexOf('?');
  return question < 0 ? filename : filename.slice(0, question);
}

function addUser(request: RequestRecord, env: HeaderTable): void {
  if (request.user !== undefined) env.add('REMOTE_USER', request.user);
  else {
    let back = request.prev;
    while (back !== undefined && back.user === undefined) back = back.prev;
    if (back?.user !== undefined) env.add('REDIRECT_REMOTE_USER', back.user);
  }
  if (request.authType !== undefined) env.add('AUTH_TYPE', request.authType);
}

function addRedirection(request: RequestRecord, env: HeaderTable): void {
  const { prev } = request;
  if (prev === undefined) return;
  const isQualified = coreDirectory.of(request).qualifyRedirectUrl === true;
  env.add('REDIRECT_URL', isQualified ? requestedUrl(prev) : prev.uri);
  if (prev.args !== undefined) env.add('REDIRECT_QUERY_STRING', prev.args);
}

function addCgiVariables(request: RequestRecord): Promise<void> | undefined {
  const { subprocessEnv: env, pathInfo, uri } = request;
  env.set('GATEWAY_INTERFACE', 'CGI/1.1');
  env.set('SERVER_PROTOCOL', request.protocol);
  env.set('REQUEST_METHOD', request.method);
  env.set('QUERY_STRING', request.args ?? '');
  const isCurrent = coreDirectory.of(request).cgiRequestUri === 'current-uri';
  env.set('REQUEST_URI', isCurrent ? uri : originalUri(request));
  if (pathInfo === '') {
    env.set('SCRIPT_NAME', uri);
    return undefined;
  }
  const isIncluded = request.protocol === 'INCLUDED';
  env.set('SCRIPT_NAME', isIncluded ? uri : uri.slice(0, findPathInfo(uri, pathInfo)));
  env.set('PATH_INFO', pathInfo);
  return lookupUri(escapeUri(pathInfo), request).then((found) => {
    if (found.filename !== undefined) env.set('PATH_TRANSLATED', found.filename + found.pathInfo);
  });
}

/** The target in the request line as it was sent. */
function originalUri({ requestLine }: RequestRecord): string {
  return /^[^\t-\r ]*[\t-\r ]+([^\t-\r ]*)/.exec(requestLine)?.[1] ?? '';
}

/** Where the path information begins in the URI, whose slashes may be doubled. httpd: ap_find_path_info */
export function findPathInfo(uri: string, pathInfo: string): number {
  let at = uri.length;
  let info = pathInfo.length;
  for (;;) {
    if (at === 0) break;
    at--;
    if (info === 0) break;
    info--;
    if (uri[at] !== pathInfo[info]) break;
    if (pathInfo[info] === '/') while (at > 0 && uri[at - 1] === '/') at--;
    if (at === 0) break;
  }
  while (at < uri.length && uri[at] !== '/') at++;
  return at;
}
