import type { RequestRecord } from '@httpd-ts/kernel';
import { coreDirectory } from './core-config.ts';

/** HostnameLookups in force for a request. */
export function hostnameLookupsOf(request: RequestRecord): 'on' | 'off' | 'double' {
  return coreDirectory.of(request).hostnameLookups ?? 'off';
}
