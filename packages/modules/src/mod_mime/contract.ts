import type { ConfigView } from '@httpd-ts/kernel';
import { type MultiviewsMatch, mimeConfig } from './config.ts';

/** State of a sub-request: its base name and the extensions that told nothing (`readonly string[]`). httpd: ap-mime-exceptions-list */
export const mimeExceptions = { name: 'mime exceptions' };

const usual: MultiviewsMatch = { any: false, negotiatedOnly: true, handlers: false, filters: false };

/** MultiviewsMatch in force. */
export function multiviewsMatchOf(view: ConfigView): MultiviewsMatch {
  return mimeConfig.of(view).multiviewsMatch ?? usual;
}
