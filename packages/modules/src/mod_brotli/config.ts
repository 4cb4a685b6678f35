import { perServer } from '@httpd-ts/kernel';
import type { EtagChange, SizeNotes } from '../content-coding.ts';

/** httpd: modules/filters/mod_brotli.c brotli_server_config_t */
export interface BrotliConfig extends SizeNotes {
  quality?: number;
  windowBits?: number;
  /** 0: as the encoder finds best. */
  blockBits?: number;
  etag?: EtagChange;
}

/** A virtual host that sets anything inherits nothing: httpd has no merge here. */
export const brotliServer = perServer<BrotliConfig>({
  create: () => ({}),
  merge: (_outer, inner) => inner,
});

/** httpd: create_server_config */
export const brotliDefaults = { quality: 5, windowBits: 18, blockBits: 0 };
