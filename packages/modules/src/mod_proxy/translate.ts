import {
  DECLINED,
  DONE,
  type HookStatus,
  matchesPattern,
  OK,
  type RequestRecord,
  type Section,
  walkConfig,
} from '@httpd-ts/kernel';
import { substituteGroups } from '../substitute-groups.ts';
import { canonicalHost, canonicalPath, hasControlOrSpace } from './canonical-path.ts';
import { type ProxyAlias, proxyDirectory } from './config.ts';
import { interpolate } from './interpolate.ts';
import { matchAlias } from './match-alias.ts';
import { matchServlet } from './match-servlet.ts';
import { pathStart } from './origin.ts';
import { findScheme } from './providers.ts';
import { proxyPlanOf } from './proxy-plan.ts';

/** Maps paths to URLs of back ends before they are decoded, for ProxyPass lines with `mapping=`. */
export function preTranslate(request: RequestRecord): HookStatus {
  // The URL of a forward proxy's request is not ours to decode.
  if (request.proxyRequest !== false) return DONE;
  return translatePath(request, true);
}

/** Maps paths to URLs of back ends. httpd: modules/proxy/mod_proxy.c proxy_translate_name */
export function translate(request: RequestRecord): HookStatus {
  if (request.proxyRequest !== false) return OK;
  return translatePath(request, false);
}

/** httpd: proxy_trans */
function translatePath(request: RequestRecord, isEncoded: boolean): HookStatus {
  if (request.uri.charCodeAt(0) !== 47) return DECLINED;
  if (request.env('no-proxy') !== undefined) return DECLINED;
  const { alias } = proxyDirectory.of(request);
  if (alias !== undefined && (alias.mapping !== undefined) === isEncoded) {
    const status = useAlias(request, alias);
    if (status !== undefined) return status;
  }
  const plan = proxyPlanOf(request.server);
  const aliases = isEncoded ? plan.encodedAliases : plan.aliases;
  if (aliases.isEmpty) return DECLINED;
  return aliases.first(request.uri, (entry) => useAlias(request, entry)) ?? DECLINED;
}

/** Undefined when the alias does not match. httpd: ap_proxy_trans_match */
function useAlias(request: RequestRecord, alias: ProxyAlias): HookStatus | undefined {
  let { fake, real } = alias;
  if (alias.interpolate && proxyDirectory.of(request).interpolateEnv === true) {
    fake = interpolate(fake, request);
    real = interpolate(real, request);
  }
  const mapped =
    alias.regex === undefined ? mapPrefix(request, alias, fake, real) : mapExpression(request, alias, real);
  if (mapped === undefined) return mapped;
  request.observe('mod_proxy', alias.definedAt, mapped === DECLINED ? 'not proxied' : `maps to ${mapped}`);
  if (typeof mapped === 'number') return mapped;
  request.filename = mapped;
  request.proxyRequest = 'reverse';
  request.handlerName = 'proxy-server';
  if (alias.mapping === undefined) return OK;
  request.notes.set('proxy-noencode', '1');
  return DONE;
}

function mapPrefix(
  request: RequestRecord,
  alias: ProxyAlias,
  fake: string,
  real: string,
): string | HookStatus | undefined {
  const { uri } = request;
  if (alias.mapping === 'servlet') return mapServlet(request, fake, real);
  // The usual case needs no walk: a prefix that ends in a slash.
  const isPlain = fake.endsWith('/') && uri.startsWith(fake) && uri[fake.length] !== '/';
  const length = isPlain ? fake.length : matchAlias(uri, fake);
  if (length === 0) return undefined;
  if (real === '!') return DECLINED;
  if (!alias.noCanon) return `proxy:${real}${uri.slice(length)}`;
  if (matchAlias(request.unparsedUri, fake) !== length) {
    logUnsafe(request);
    return `proxy:${real}${uri.slice(length)}`;
  }
  request.notes.set('proxy-nocanon', '1');
  return `proxy:${real}${request.unparsedUri.slice(length)}`;
}

/** The back end is asked as the client asked; sections and all that follows look at the path that a servlet sees. */
function mapServlet(request: RequestRecord, fake: string, real: string): string | HookStatus | undefined {
  const found = matchServlet(request.uri, fake);
  if (found === undefined) return undefined;
  if (real === '!') return DECLINED;
  request.uri = found.path;
  return `proxy:${real}${found.rest}`;
}

function mapExpression(
  request: RequestRecord,
  alias: ProxyAlias,
  real: string,
): string | HookStatus | undefined {
  const { uri, unparsedUri } = request;
  const match = alias.regex!.exec(uri);
  if (match === null) return undefined;
  if (real === '!') return DECLINED;
  const raw = alias.noCanon ? alias.regex!.exec(unparsedUri) : null;
  if (alias.noCanon && raw === null) logUnsafe(request);
  if (raw !== null) request.notes.set('proxy-nocanon', '1');
  const found = substituteGroups(real, raw ?? match);
  // Without a reference in it the URL is a prefix: `ProxyPassMatch \.gif http://host` acts as if `$1` stood there.
  return found === real ? `proxy:${real}${raw === null ? uri : unparsedUri}` : `proxy:${found}`;
}

const logUnsafe = (request: RequestRecord) =>
  request.log('proxy', 'warn', 'AH01136: Unescaped URL path matched ProxyPass; ignoring unsafe nocanon');

/** Enters the `<Proxy>` sections of the URL in place of directories. httpd: proxy_map_location, proxy_walk */
export function enterProxySections(request: RequestRecord): HookStatus {
  const { filename } = request;
  if (request.proxyRequest === false || !filename?.startsWith('proxy:')) return DECLINED;
  const { hasSections, sectionsOf } = proxyPlanOf(request.server);
  if (!hasSections) return OK;
  const url = filename.slice(6);
  for (const section of sectionsOf(url)) {
    if (matchesSection(section, url, request)) request.directory = request.directory.enter(section);
  }
  return OK;
}

/** Named groups of an expression become `MATCH_NAME` variables. */
function matchesSection({ regex, isPattern, path }: Section, url: string, request: RequestRecord): boolean {
  if (regex === undefined) return isPattern !== true || matchesPattern(path, url);
  if (regex.groupNames.length === 0) return regex.test(url);
  const match = regex.exec(url);
  if (match === null) return false;
  for (const { name, group } of regex.groupNames) {
    const value = match[group];
    if (value !== undefined) request.subprocessEnv.set(`MATCH_${name.toUpperCase()}`, value);
  }
  return true;
}

/** Brings the URL into its canonical form, as its scheme wants it. httpd: proxy_fixup, ap_proxy_canon_url */
export function canonicalize(request: RequestRecord): HookStatus {
  const { filename } = request;
  if (request.proxyRequest === false || !filename?.startsWith('proxy:')) return DECLINED;
  const whole = filename.slice(6);
  const bar = whole.startsWith('unix:') ? whole.indexOf('|') + 1 : 0;
  const url = bar === 0 ? whole : whole.slice(bar);
  const colon = url.indexOf(':');
  if (colon <= 0) return 400;
  if (request.method === 'CONNECT') return OK;
  const scheme = url.slice(0, colon).toLowerCase();
  if (scheme === 'balancer') return canonicalizeBalancer(request, url, colon);
  const handler = findScheme(request.server.plan.providers, scheme);
  if (handler === undefined) return DECLINED;
  const canonical = handler.canonicalize?.(request, url);
  if (typeof canonical === 'number') return canonical;
  if (canonical !== undefined) request.filename = `proxy:${whole.slice(0, bar)}${canonical}`;
  return OK;
}

/** httpd: modules/proxy/mod_proxy_balancer.c proxy_balancer_canon */
function canonicalizeBalancer(request: RequestRecord, url: string, colon: number): HookStatus {
  const start = pathStart(url);
  const host = start < 0 ? 'Malformed URL' : canonicalHost(url.slice(colon + 3, start));
  if (typeof host === 'string') {
    const shown = start < 0 ? url : url.slice(colon + 1, start);
    request.log('proxy_balancer', 'error', `AH01157: error parsing URL ${shown}: ${host}`);
    return 400;
  }
  // What follows the name is made canonical for the member that is chosen. A port means nothing.
  request.filename = `proxy:balancer://${host.hostname}/${url.slice(start + 1)}`;
  return OK;
}

/**
 * The URL with its authority, path and query in canonical form, or the status to answer; what most schemes want.
 * `module` and `code` are those of the log's line about a malformed URL. httpd: modules/proxy/mod_proxy_http.c proxy_http_canon
 */
export function canonicalUrl(
  request: RequestRecord,
  url: string,
  module: string,
  code: string,
): string | HookStatus {
  const start = pathStart(url);
  const origin = start < 0 ? 'Malformed URL' : proxyPlanOf(request.server).origins.find(url.slice(0, start));
  if (typeof origin === 'string') {
    const shown = start < 0 ? url : upToUser(url.slice(0, start));
    request.log(module, 'error', `${code}: error parsing URL ${shown}: ${origin}`);
    return 400;
  }
  const path = canonicalTarget(request, url.slice(start + 1), module);
  return typeof path === 'number' ? path : `${origin.canonical}/${path}`;
}

/** Where there is a user, httpd has cut the text behind the name by the time it complains. */
const upToUser = (text: string) => (text.includes('@') ? /^[^:]*:\/\/[^:@]*/.exec(text)![0] : text);

/** Path and query as they go to the back end, without the first slash. */
export function canonicalTarget(request: RequestRecord, path: string, module: string): string | HookStatus {
  if (request.proxyRequest === 'reverse') {
    const isRaw = request.note('proxy-nocanon') !== undefined || request.note('proxy-noencode') !== undefined;
    if (isRaw) {
      if (!hasControlOrSpace(path)) {
        const { args } = request;
        const isEncoded = request.note('proxy-nocanon') === undefined;
        return isEncoded && args !== undefined ? `${path}?${args}` : path;
      }
      request.log(module, 'error', 'AH10415: To be forwarded path contains control characters or spaces');
      return 403;
    }
    const canonical = canonicalPath(path, walkConfig.of(request).encodedSlashes === 'keep');
    if (typeof canonical === 'number') return canonical;
    const { args } = request;
    if (args === undefined) return canonical;
    if (!hasControlOrSpace(args)) return `${canonical}?${args}`;
    request.log(
      module,
      'error',
      'AH10408: To be forwarded query string contains control characters or spaces',
    );
    return 403;
  }
  return path;
}
