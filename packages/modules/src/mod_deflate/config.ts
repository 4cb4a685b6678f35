import { perDirectory, perServer } from '@httpd-ts/kernel';
import type { EtagChange, SizeNotes } from '../content-coding.ts';

/** httpd: modules/filters/mod_deflate.c deflate_filter_config */
export interface DeflateConfig extends SizeNotes {
  level?: number;
  windowBits?: number;
  memLevel?: number;
  bufferSize?: number;
  etag?: EtagChange;
}

/** A virtual host that sets anything inherits nothing: httpd has no merge here. */
export const deflateServer = perServer<DeflateConfig>({
  create: () => ({}),
  merge: (_outer, inner) => inner,
});

/** httpd: modules/filters/mod_deflate.c deflate_dirconf_t */
export interface InflateConfig {
  /** 0: no limit. */
  bodyLimit?: number;
  ratioLimit?: number;
  ratioBurst?: number;
}

/** Limits on bodies that are expanded, likewise without merge. */
export const inflateDirectory = perDirectory<InflateConfig>({
  create: () => ({}),
  merge: (_outer, inner) => inner,
});

/** httpd: DEFAULT_BUFFERSIZE, AP_INFLATE_RATIO_LIMIT, AP_INFLATE_RATIO_BURST */
export const deflateDefaults = {
  level: -1,
  windowBits: 15,
  memLevel: 9,
  bufferSize: 8096,
  ratioLimit: 200,
  ratioBurst: 3,
};
