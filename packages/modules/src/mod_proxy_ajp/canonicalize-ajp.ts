import type { HookStatus, RequestRecord } from '@httpd-ts/kernel';
import { canonicalUrl } from '../mod_proxy/contract.ts';

/** httpd: modules/proxy/mod_proxy_ajp.c proxy_ajp_canon */
export const canonicalizeAjp = (request: RequestRecord, url: string): string | HookStatus =>
  canonicalUrl(request, url, 'proxy_ajp', 'AH00867');
