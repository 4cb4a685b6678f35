import { innerWins, perDirectory, perServer } from '@httpd-ts/kernel';

export type XBitHack = 'off' | 'on' | 'full';

/** A field left out was not set in this section. httpd: include_dir_config */
export interface IncludeConfig {
  errorText?: string;
  timeFormat?: string;
  undefinedEcho?: string;
  xBitHack?: XBitHack;
  lastModified?: boolean;
  etag?: boolean;
  legacyExpressions?: boolean;
}

export const includeConfig = perDirectory<IncludeConfig>({ create: () => ({}), merge: innerWins });

/** How elements begin and end. httpd: include_server_config */
export interface TagConfig {
  start: string;
  end: string;
}

/** Not merged: a virtual host with any directive of the module has tags of its own. */
export const tagConfig = perServer<TagConfig>({
  create: () => ({ start: '<!--#', end: '-->' }),
  merge: (_outer, inner) => inner,
});

/** What holds where nothing else was set. */
export const defaults = {
  errorText: '[an error occurred while processing this directive]',
  timeFormat: '%A, %d-%b-%Y %H:%M:%S %Z',
  undefinedEcho: '(none)',
} as const;
