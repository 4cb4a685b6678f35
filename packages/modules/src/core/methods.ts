import type { RequestRecord } from '@httpd-ts/kernel';

/** Methods that httpd has a number for. httpd: modules/http/http_protocol.c ap_method_registry_init */
export const knownMethods: readonly string[] = [
  'GET',
  'HEAD',
  'PUT',
  'POST',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
  'PROPFIND',
  'PROPPATCH',
  'MKCOL',
  'COPY',
  'MOVE',
  'LOCK',
  'UNLOCK',
  'VERSION-CONTROL',
  'CHECKOUT',
  'UNCHECKOUT',
  'CHECKIN',
  'UPDATE',
  'LABEL',
  'REPORT',
  'MKWORKSPACE',
  'MKACTIVITY',
  'BASELINE-CONTROL',
  'MERGE',
];

const known = new Set(knownMethods);

/** Whether a method is registered; `registered` are those of RegisterHttpMethod. */
export function isKnownMethod(method: string, registered: ReadonlySet<string> | undefined): boolean {
  return known.has(method) || (registered?.has(method) ?? false);
}

const allowed = { name: 'allowed methods' };

/** Says that the resource could take these methods, for `Allow`. httpd: ap_allow_methods with MERGE_ALLOW */
export function allowMethods(request: RequestRecord, ...methods: readonly string[]): void {
  const before = request.state<ReadonlySet<string>>(allowed);
  request.setState(allowed, new Set([...(before ?? []), ...methods]));
}

/** Methods named so far, GET bringing HEAD with it at the end as httpd's table has it. */
export function allowedMethods(request: RequestRecord): readonly string[] {
  const methods = request.state<ReadonlySet<string>>(allowed);
  if (methods === undefined) return [];
  return methods.has('GET') && !methods.has('HEAD') ? [...methods, 'HEAD'] : [...methods];
}
