import { isUrl, type RequestRecord } from '@httpd-ts/kernel';
import { constructUrl } from '../core/contract.ts';
import { proxyDirectory, type ReverseMapping } from './config.ts';
import { balancerName, isBalancerUrl } from './define-worker.ts';
import { interpolate } from './interpolate.ts';
import { proxyPlanOf } from './proxy-plan.ts';

function startsWithCaseless(text: string, prefix: string): boolean {
  return text.length >= prefix.length && text.slice(0, prefix.length).toLowerCase() === prefix.toLowerCase();
}

/** The mapping with its variables put in, where ProxyPassInterpolateEnv asks for it. */
function resolved(mapping: ReverseMapping, interpolates: boolean, request: RequestRecord): ReverseMapping {
  if (!interpolates || !mapping.interpolate) return mapping;
  return { ...mapping, fake: interpolate(mapping.fake, request), real: interpolate(mapping.real, request) };
}

/** Maps a URL of the back end, such as a Location, to one of this server. httpd: ap_proxy_location_reverse_map */
export function mapLocation(request: RequestRecord, url: string): string {
  const { reverse, interpolateEnv = false } = proxyDirectory.of(request);
  if (request.proxyRequest !== 'reverse') return url;
  for (const mapping of reverse) {
    const { fake, real } = resolved(mapping, interpolateEnv, request);
    const mapped = isBalancerUrl(real) ? mapMember(request, url, fake, real) : mapUrl(url, fake, real);
    if (mapped !== undefined) return isUrl(mapped) ? mapped : constructUrl(mapped, request);
  }
  return url;
}

function mapUrl(url: string, fake: string, real: string): string | undefined {
  if (real === '') return undefined;
  let part = url;
  if (real.startsWith('/')) {
    const authority = url.indexOf('://');
    const slash = authority < 0 ? -1 : url.indexOf('/', authority + 3);
    if (slash >= 0) part = url.slice(slash);
  }
  return startsWithCaseless(part, real) ? fake + part.slice(real.length) : undefined;
}

/** `balancer://name/path` stands for that path on each of the members. */
function mapMember(request: RequestRecord, url: string, fake: string, real: string): string | undefined {
  const balancer = proxyPlanOf(request.server).balancers.get(balancerName(real) ?? '');
  if (balancer === undefined) return mapUrl(url, fake, real);
  const slash = real.indexOf('/', 'balancer://'.length);
  const path = slash < 0 || slash + 1 === real.length ? '' : real.slice(slash);
  for (const { name } of balancer.members) {
    const base = path !== '' && name.endsWith('/') ? name.slice(0, -1) : name;
    if (!startsWithCaseless(url, base) || !url.startsWith(path, base.length)) continue;
    const rest = url.slice(base.length + path.length);
    return path === '' && fake === '/' && rest.startsWith('/') ? rest : fake + rest;
  }
  return undefined;
}

/** Maps path and domain of a cookie; the last of each counts. httpd: ap_proxy_cookie_reverse_map */
export function mapCookie(request: RequestRecord, cookie: string): string {
  const { cookiePaths, cookieDomains, interpolateEnv = false } = proxyDirectory.of(request);
  if (request.proxyRequest !== 'reverse') return cookie;
  let path: { readonly start: number; readonly end: number; readonly text: string } | undefined;
  let domain: typeof path;
  for (const attribute of cookie.matchAll(/[^;]+/g)) {
    const token = attribute[0].replace(/^[\t-\r ]+/, '');
    const start = attribute.index + attribute[0].length - token.length;
    const end = start + token.length;
    if (startsWithCaseless(token, 'path=')) {
      const value = token.slice(5);
      const mapping = findMapping(cookiePaths, interpolateEnv, request, (fake) => value.startsWith(fake));
      path = mapping && { start: start + 5, end, text: mapping.real };
    } else if (startsWithCaseless(token, 'domain=')) {
      const value = token.slice(7);
      const mapping = findMapping(cookieDomains, interpolateEnv, request, (fake) =>
        startsWithCaseless(value, fake),
      );
      domain = mapping && { start: start + 7, end, text: mapping.real };
    }
  }
  const edits = [path, domain].filter((edit) => edit !== undefined).sort((a, b) => b.start - a.start);
  let result = cookie;
  for (const { start, end, text } of edits) result = result.slice(0, start) + text + result.slice(end);
  return result;
}

function findMapping(
  mappings: readonly ReverseMapping[],
  interpolates: boolean,
  request: RequestRecord,
  matches: (fake: string) => boolean,
): ReverseMapping | undefined {
  for (const mapping of mappings) {
    const entry = resolved(mapping, interpolates, request);
    if (matches(entry.fake)) return entry;
  }
  return undefined;
}
