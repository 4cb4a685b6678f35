import { perDirectory } from '@httpd-ts/kernel';
import type { HeaderEdit } from './read-header.ts';

export interface HeadersConfig {
  readonly request: HeaderEdit[];
  readonly onsuccess: HeaderEdit[];
  readonly always: HeaderEdit[];
}

/** An inner section's lines come behind the enclosing one's. httpd: modules/metadata/mod_headers.c merge_headers_config */
export const headersConfig = perDirectory<HeadersConfig>({
  create: () => ({ request: [], onsuccess: [], always: [] }),
  merge: (outer, inner) => ({
    request: [...outer.request, ...inner.request],
    onsuccess: [...outer.onsuccess, ...inner.onsuccess],
    always: [...outer.always, ...inner.always],
  }),
});
