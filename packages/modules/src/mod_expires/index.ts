import type { HeaderTable } from '@httpd-ts/http1';
import {
  type ConfigView,
  defineModule,
  FILTER_RANK,
  flag,
  formatHttpDate,
  insertErrorFilter,
  insertFilter,
  type OutputFilter,
  type RequestRecord,
  take1,
  take2,
} from '@httpd-ts/kernel';
import { type ExpiresConfig, expiresConfig } from './config.ts';
import { type FreshPeriod, readPeriod } from './read-period.ts';
import { summaries } from './summaries.ts';

/** httpd: modules/metadata/mod_expires.c expires_filter */
function periodFor(
  { byType, hasWildcards, default: byDefault }: ExpiresConfig,
  contentType: string | undefined,
): FreshPeriod | undefined {
  if (contentType === undefined) return byDefault;
  const type = contentType.replace(/[; \t].*$/s, '').toLowerCase();
  const exact = byType.get(type);
  if (exact !== undefined || !hasWildcards) return exact ?? byDefault;
  return byType.get(type.replace(/\/.*$/s, '/*')) ?? byDefault;
}

/** httpd: set_expiration_fields */
function setFields(
  { requestTimeMs, finfo }: RequestRecord,
  { since, seconds }: FreshPeriod,
  headers: HeaderTable,
) {
  const base = since === 'access' ? requestTimeMs : finfo?.mtimeMs;
  // What is no file has no last change.
  if (base === undefined) return;
  const expires = Math.max(base + seconds * 1000, requestTimeMs);
  headers.merge('Cache-Control', `max-age=${Math.floor((expires - requestTimeMs) / 1000)}`);
  headers.set('Expires', formatHttpDate(expires));
}

/** Before mod_headers, which may change what this sets. */
const expiresFilter: OutputFilter = {
  name: 'mod_expires',
  rank: FILTER_RANK.contentSet - 2,
  apply(request, body) {
    // An error has no such fields, nor has a response that says itself how long it is fresh.
    if (request.status >= 400) return body;
    if (request.errHeadersOut.has('Expires') || request.headersOut.has('Expires')) return body;
    const period = periodFor(expiresConfig.of(request), request.contentType);
    if (period !== undefined) setFields(request, period, request.headersOut);
    return body;
  },
};

/** httpd: expires_insert_filter */
function insert(request: RequestRecord): void {
  if (request.main === undefined) request.addOutputFilter(expiresFilter);
}

const isWanted = (view: ConfigView) => {
  const { isActive, byType, default: byDefault } = expiresConfig.of(view);
  return isActive === true && (byType.size > 0 || byDefault !== undefined);
};

const inIndexes = { context: 'anywhere', override: 'Indexes' } as const;

/** How long responses are fresh: Expires and Cache-Control by media type. */
export const modExpires = defineModule({
  name: 'mod_expires',
  identifier: 'expires_module',
  httpd: 'modules/metadata/mod_expires.c',
  summaries,
  directives: {
    ExpiresActive: expiresConfig.directive({
      ...inIndexes,
      args: flag,
      usage: "Limited to 'on' or 'off'",
      default: 'Off',
      set(config, on) {
        config.isActive = on;
      },
    }),
    ExpiresByType: expiresConfig.directive({
      ...inIndexes,
      args: take2,
      usage: 'a MIME type followed by an expiry date code',
      set(config, [type, code]) {
        if (!type.includes('/')) return 'Invalid mimetype: should contain a slash';
        if (type.endsWith('/*')) config.hasWildcards = true;
        const period = readPeriod(code);
        if (typeof period === 'string') return `'ExpiresByType ${type} ${code}': ${period}`;
        config.byType.set(type.toLowerCase(), period);
        return undefined;
      },
    }),
    ExpiresDefault: expiresConfig.directive({
      ...inIndexes,
      args: take1,
      usage: 'an expiry date code',
      set(config, code) {
        const period = readPeriod(code);
        if (typeof period === 'string') return `'ExpiresDefault ${code}': ${period}`;
        config.default = period;
        return undefined;
      },
    }),
  },
  hooks: [insertFilter(insert, { when: isWanted }), insertErrorFilter(insert, { when: isWanted })],
});
