import type { RequestRecord } from '@httpd-ts/kernel';
import { coreServer } from './core-config.ts';
import { allowedMethods } from './methods.ts';

/** Value of `Allow`: the methods named so far and TRACE where it is on. httpd: modules/http/http_protocol.c make_allow */
export function allowHeader(request: RequestRecord): string {
  const methods = allowedMethods(request);
  return (coreServer.of(request).trace === 'off' ? methods : [...methods, 'TRACE']).join(',');
}
