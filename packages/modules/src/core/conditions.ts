import { formatHttpDate, OK, parseHttpDate, type RequestRecord } from '@httpd-ts/kernel';

/** Outcome of one conditional header: absent, not fulfilled, or fulfilled by a weak or a strong comparison. */
type Condition = 'none' | 'no-match' | 'weak' | 'strong';

const seconds = (ms: number) => Math.floor(ms / 1000);

/** Sets `Last-Modified` from `request.mtimeMs`, never later than now. httpd: ap_set_last_modified, ap_rationalize_mtime */
export function setLastModified(request: RequestRecord): void {
  if (request.assBackwards) return;
  request.headersOut.set('Last-Modified', formatHttpDate(rationalMtime(request)));
}

function rationalMtime(request: RequestRecord): number {
  const { mtimeMs, requestTimeMs } = request;
  if (mtimeMs < requestTimeMs) return mtimeMs;
  return Math.min(mtimeMs, request.server.plan.world.clock.now());
}

/** Time of last modification in seconds: as the head says it, else the request's. */
function modifiedSeconds(request: RequestRecord): number {
  const shown = parseHttpDate(request.headersOut.get('Last-Modified') ?? '');
  return seconds(shown ?? (request.mtimeMs === 0 ? request.server.plan.world.clock.now() : request.mtimeMs));
}

function requestSeconds(request: RequestRecord): number {
  return seconds(parseHttpDate(request.headersOut.get('Date') ?? '') ?? request.requestTimeMs);
}

/** A match of dates is weak within the minute after the change, and then does not count for ranges. */
function dateStrength(request: RequestRecord, modified: number): Condition {
  if (requestSeconds(request) >= modified + 60) return 'strong';
  return request.headersIn.has('Range') ? 'no-match' : 'weak';
}

const isWeak = (tag: string) => tag.startsWith('W/');
const opaque = (tag: string) => (isWeak(tag) ? tag.slice(2) : tag);

/** Whether a list of entity tags has the tag. httpd: ap_find_etag_strong, ap_find_etag_weak */
export function listsEtag(list: string, etag: string, strength: 'weak' | 'strong'): boolean {
  for (const [item] of list.matchAll(/(?:W\/)?"[^"]*"|[^\t-\r ,]+/g)) {
    if (strength === 'weak' ? opaque(item) === opaque(etag) : item === etag && !isWeak(item)) return true;
  }
  return false;
}

const isGet = (request: RequestRecord) => request.method === 'GET' || request.method === 'HEAD';

function ifMatch(request: RequestRecord): Condition {
  const wanted = request.headersIn.get('If-Match');
  if (wanted === undefined) return 'none';
  const etag = request.headersOut.get('ETag');
  return wanted.startsWith('*') || (etag !== undefined && listsEtag(wanted, etag, 'strong'))
    ? 'strong'
    : 'no-match';
}

function ifUnmodifiedSince(request: RequestRecord): Condition {
  const text = request.headersIn.get('If-Unmodified-Since');
  if (text === undefined) return 'none';
  const since = parseHttpDate(text);
  const modified = modifiedSeconds(request);
  if (since === undefined || modified <= seconds(since)) return 'no-match';
  return dateStrength(request, modified);
}

function ifNoneMatch(request: RequestRecord): Condition {
  const unwanted = request.headersIn.get('If-None-Match');
  if (unwanted === undefined) return 'none';
  if (unwanted.startsWith('*')) return 'strong';
  const etag = request.headersOut.get('ETag');
  if (etag === undefined) return 'no-match';
  const strength = isGet(request) && !request.headersIn.has('Range') ? 'weak' : 'strong';
  return listsEtag(unwanted, etag, strength) ? strength : 'no-match';
}

function ifModifiedSince(request: RequestRecord): Condition {
  const text = request.headersIn.get('If-Modified-Since');
  if (text === undefined) return 'none';
  const since = seconds(parseHttpDate(text) ?? 0);
  const modified = modifiedSeconds(request);
  if (since < modified || since > requestSeconds(request)) return 'no-match';
  return dateStrength(request, modified);
}

/** httpd: modules/http/http_protocol.c ap_condition_if_range */
export function ifRange(request: RequestRecord): Condition {
  const text = request.headersIn.get('If-Range');
  if (text === undefined || !request.headersIn.has('Range')) return 'none';
  if (text.startsWith('"')) return text === request.headersOut.get('ETag') ? 'strong' : 'no-match';
  const date = parseHttpDate(text);
  const modified = modifiedSeconds(request);
  if (date === undefined || seconds(date) !== modified) return 'no-match';
  return requestSeconds(request) < modified + 60 ? 'no-match' : 'strong';
}

const fulfilled = (condition: Condition) => condition === 'weak' || condition === 'strong';

/**
 * OK, 304 or 412 for a response whose validators are set.
 * httpd: modules/http/http_protocol.c ap_meets_conditions
 */
export function meetsConditions(request: RequestRecord): number {
  if (request.status < 200 || request.status >= 300 || request.noLocalCopy) return OK;
  if (ifMatch(request) === 'no-match') return 412;
  /** Undefined: nothing said so far; false is final. */
  let notModified: boolean | undefined;
  const unmodified = ifUnmodifiedSince(request);
  if (unmodified === 'no-match') notModified = false;
  else if (fulfilled(unmodified)) return 412;
  const noneMatch = ifNoneMatch(request);
  if (noneMatch === 'no-match') notModified = false;
  else if (fulfilled(noneMatch)) {
    if (!isGet(request)) return 412;
    notModified ??= true;
  }
  const modified = ifModifiedSince(request);
  if (modified === 'no-match') notModified = false;
  else if (fulfilled(modified) && isGet(request)) notModified ??= true;
  if (fulfilled(ifRange(request))) return OK;
  return notModified === true ? 304 : OK;
}
