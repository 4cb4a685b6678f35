import { directoryWalk, OK, type RequestRecord } from '@httpd-ts/kernel';
import { translateToDocumentRoot } from '../core/contract.ts';
import { scriptPathOf } from './canonicalize-fcgi.ts';
import { fcgiConfig } from './config.ts';

/**
 * What SCRIPT_FILENAME says. PHP-FPM takes the URL with its prefix `proxy:fcgi://host`, and knows by it that it has to
 * find the path information itself; others get the path alone.
 * httpd: modules/proxy/mod_proxy_fcgi.c send_environment
 */
export function scriptFilename(request: RequestRecord): string {
  const path = scriptPathOf(request);
  const found = path === undefined ? undefined : findScript(request, path);
  return found ?? withoutScheme(request);
}

function withoutScheme(request: RequestRecord): string {
  const { filename = '', args } = request;
  let rest: string | undefined;
  if (filename.startsWith('proxy:balancer://')) rest = filename.slice(17);
  if (fcgiConfig.of(request).backendType === 'GENERIC') {
    if (filename.startsWith('proxy:fcgi://')) rest = filename.slice(13);
    // With nocanon the query is in the file name, too.
    const question = rest === undefined || args === undefined || args === '' ? -1 : rest.indexOf('?');
    if (rest !== undefined && question >= 0 && rest.slice(question + 1) === args)
      rest = rest.slice(0, question);
  }
  return rest === undefined ? filename : rest.slice(Math.max(rest.indexOf('/'), 0));
}

/** The file that the path leads to, as it stands or below DocumentRoot; what follows it becomes the path information. */
function findScript(request: RequestRecord, path: string): string | undefined {
  const { uri, filename, canonicalFilename, pathInfo, finfo, proxyRequest, directory } = request;
  request.proxyRequest = false;
  let script: string | undefined;
  for (const isBelowRoot of [false, true]) {
    request.pathInfo = '';
    request.finfo = undefined;
    request.uri = path;
    request.filename = path;
    request.canonicalFilename = path;
    if (isBelowRoot && translateToDocumentRoot(request) !== OK) continue;
    directoryWalk(request);
    if (infoOf(request) === 'file') {
      script = request.filename;
      break;
    }
  }
  request.proxyRequest = proxyRequest;
  request.directory = directory;
  request.uri = uri;
  request.filename = filename;
  if (script === undefined) Object.assign(request, { canonicalFilename, finfo, pathInfo });
  return script;
}

const infoOf = ({ finfo }: RequestRecord) => finfo?.type;
