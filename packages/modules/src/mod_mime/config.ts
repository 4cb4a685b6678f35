import { perDirectory } from '@httpd-ts/kernel';

/** What an extension means. An empty type (RemoveType) hides that of the types file. httpd: extension_info */
export interface ExtensionInfo {
  readonly type?: string;
  readonly encoding?: string;
  readonly language?: string;
  readonly charset?: string;
  readonly handler?: string;
  readonly inputFilters?: string;
  readonly outputFilters?: string;
}

export type ExtensionField = keyof ExtensionInfo;

/** Which unknown extensions MultiviewsMatch lets a file have. */
export interface MultiviewsMatch {
  readonly any: boolean;
  readonly negotiatedOnly: boolean;
  readonly handlers: boolean;
  readonly filters: boolean;
}

/** A field left out was not set in this section. httpd: mime_dir_config */
export interface MimeConfig {
  /** By extension in lower case, without dot. */
  extensions: ReadonlyMap<string, ExtensionInfo>;
  /** Fields that Remove directives take away, after all Add directives of the section. */
  removed: ReadonlyMap<string, ReadonlySet<ExtensionField>>;
  defaultLanguage?: string;
  usePathInfo?: boolean;
  multiviewsMatch?: MultiviewsMatch;
}

const noExtensions: ReadonlyMap<string, ExtensionInfo> = new Map();
const nothingRemoved: ReadonlyMap<string, ReadonlySet<ExtensionField>> = new Map();

/** httpd: modules/http/mod_mime.c merge_mime_dir_configs */
export const mimeConfig = perDirectory<MimeConfig>({
  create: () => ({ extensions: noExtensions, removed: nothingRemoved }),
  merge(outer, inner) {
    const merged: MimeConfig = { ...outer, extensions: effectiveExtensions(outer), removed: nothingRemoved };
    if (inner.defaultLanguage !== undefined) merged.defaultLanguage = inner.defaultLanguage;
    if (inner.usePathInfo !== undefined) merged.usePathInfo = inner.usePathInfo;
    if (inner.multiviewsMatch !== undefined) merged.multiviewsMatch = inner.multiviewsMatch;
    if (inner.extensions.size === 0 && inner.removed.size === 0) return merged;
    const extensions = new Map(merged.extensions);
    for (const [extension, info] of inner.extensions) {
      extensions.set(extension, { ...extensions.get(extension), ...info });
    }
    merged.extensions = effectiveExtensions({ extensions, removed: inner.removed });
    return merged;
  },
});

/** The extensions of a record once its Remove directives are applied. */
export function effectiveExtensions({
  extensions,
  removed,
}: Pick<MimeConfig, 'extensions' | 'removed'>): ReadonlyMap<string, ExtensionInfo> {
  if (removed.size === 0) return extensions;
  const kept = new Map(extensions);
  for (const [extension, fields] of removed) {
    const info: Record<string, string> = { ...kept.get(extension) };
    for (const field of fields) {
      if (field === 'type') info.type = '';
      else delete info[field];
    }
    kept.set(extension, info);
  }
  return kept;
}
