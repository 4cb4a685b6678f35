import { type HookStatus, type RequestRecord, unescapeUrl, walkConfig } from '@httpd-ts/kernel';
import { canonicalPath, pathStart, proxyPlanOf } from '../mod_proxy/contract.ts';
import { fcgiConfig } from './config.ts';

const scriptPath = { name: 'path at which the script of a FastCGI request is looked for' };

/** The path under which the script lies on this machine, with `proxy-fcgi-pathinfo=full`. httpd: dirwalk_uri_path */
export function scriptPathOf(request: RequestRecord): string | undefined {
  return request.state<string>(scriptPath);
}

/**
 * The canonical form of a `fcgi:` URL; finds out where the path information begins, where the variable
 * `proxy-fcgi-pathinfo` asks for it. httpd: modules/proxy/mod_proxy_fcgi.c proxy_fcgi_canon
 */
export function canonicalizeFcgi(request: RequestRecord, url: string): string | HookStatus {
  const start = pathStart(url);
  const origin = start < 0 ? 'Malformed URL' : proxyPlanOf(request.server).origins.find(url.slice(0, start));
  if (typeof origin === 'string') {
    request.log('proxy_fcgi', 'error', `AH01059: error parsing URL ${url.slice(5, start)}: ${origin}`);
    return 400;
  }
  const path = pathOf(request, url.slice(start + 1));
  if (typeof path === 'number') return path;
  findPathInfo(request, path, url.slice(start + 1));
  return `${origin.canonical}/${path}`;
}

function pathOf(request: RequestRecord, path: string): string | HookStatus {
  const isRaw = ['proxy-sethandler', 'proxy-nocanon', 'proxy-noencode'].some(
    (name) => request.note(name) !== undefined,
  );
  if (!isRaw) return canonicalPath(path, walkConfig.of(request).encodedSlashes === 'keep');
  const mayBeFpm = fcgiConfig.of(request).backendType !== 'GENERIC';
  if (!(mayBeFpm ? /[\0-\x1f\x7f?]/ : /[\0-\x1f\x7f]/).test(path)) return path;
  const what = mayBeFpm ? " or '?'" : '';
  request.log(
    'proxy_fcgi',
    'error',
    `AH10414: To be forwarded path contains control characters${what} (${path})`,
  );
  return 403;
}

/** The file name keeps the path information all the same. */
function findPathInfo(request: RequestRecord, path: string, raw: string): void {
  const kind = request.env('proxy-fcgi-pathinfo')?.toLowerCase();
  if (kind === undefined) return;
  if (kind === 'full') request.setState(scriptPath, `/${raw}`);
  else if (kind === 'first-dot' || kind === 'last-dot') {
    const dot = kind === 'first-dot' ? path.indexOf('.') : path.lastIndexOf('.');
    const slash = dot < 0 ? -1 : path.indexOf('/', dot);
    if (slash >= 0) request.pathInfo = unescaped(path.slice(slash));
  } else request.pathInfo = kind === 'unescape' ? unescaped(`/${path}`) : `/${path}`;
}

const unescaped = (path: string) => unescapeUrl(path, 'keep').text;
