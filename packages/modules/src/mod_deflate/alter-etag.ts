import type { RequestRecord } from '@httpd-ts/kernel';
import type { EtagChange } from './config.ts';

/** Marks the ETag of a response whose coding was changed. httpd: modules/filters/mod_deflate.c deflate_check_etag */
export function alterEtag({ headersOut }: RequestRecord, suffix: string, change: EtagChange): void {
  if (change === 'nochange') return;
  if (change === 'remove') {
    headersOut.unset('ETag');
    return;
  }
  const etag = headersOut.get('ETag');
  if (etag === undefined || etag.length <= 2 || !etag.endsWith('"')) return;
  headersOut.set('ETag', `${etag.slice(0, -1)}-${suffix}"`);
}
