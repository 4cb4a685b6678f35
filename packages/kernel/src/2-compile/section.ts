import type { Regex } from '@httpd-ts/regex';
import type { RequestRecord } from '../3-serve/request-record.ts';
import type { ConfigVector } from '../declare/config-records.ts';

/**
 * A `<Directory>`, `<Location>`, `<Files>` or `<If>` (or a `.htaccess` file) with the records set in it.
 * What it matches is one of: a literal path, a shell pattern, a regular expression, a condition.
 */
export interface Section {
  readonly kind: 'directory' | 'location' | 'files' | 'if' | 'proxy' | 'htaccess';
  /** The path or pattern as written (made absolute and cleaned where httpd does). */
  readonly path: string;
  readonly regex?: Regex;
  /** The path holds shell wildcards. */
  readonly isPattern?: boolean;
  /** Of an `<If>` and its kin. */
  readonly condition?: (request: RequestRecord) => boolean | Promise<boolean>;
  readonly chain?: 'if' | 'elseif' | 'else';
  readonly records: ConfigVector;
  readonly definedAt: { readonly file: string; readonly line: number };
}
