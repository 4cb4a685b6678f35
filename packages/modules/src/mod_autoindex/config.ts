import { type ConfigView, perDirectory } from '@httpd-ts/kernel';
import { INDEX, usualWidth } from './index-options.ts';

/** What decides whether an item is for an entry. httpd: BY_PATH, BY_TYPE, BY_ENCODING */
export type ItemKind = 'path' | 'type' | 'encoding' | 'ignore';

/** An icon, an alternative text or a name to leave out, and the entries it is for. httpd: struct item */
export interface IndexItem {
  readonly kind: ItemKind;
  /** Pattern of the entry's name, type or encoding; empty for all. */
  readonly appliesTo: string;
  /** Pattern of the paths below the section it was set in. */
  readonly within: string;
  readonly value: string;
}

/** Set by AddDescription. httpd: ai_desc_t */
export interface Description {
  readonly pattern: string;
  readonly isFullPath: boolean;
  readonly hasWildcards: boolean;
  /** Cut for good by the first listing that has less room, as httpd cuts it in its place. */
  text: string;
}

export interface ColumnWidth {
  readonly width: number;
  /** `*`: as wide as the widest entry. */
  readonly adjusts: boolean;
}

/** httpd: autoindex_config_rec */
export interface AutoindexConfig {
  defaultIcon?: string;
  styleSheet?: string;
  headInsert?: string;
  header?: string;
  readme?: string;
  contentType?: string;
  charset?: string;
  dateFormat?: string;
  /** INDEX bits; undefined when only `+` and `-` options stand here. */
  options?: number;
  added?: number;
  removed?: number;
  iconWidth?: number;
  iconHeight?: number;
  nameWidth?: ColumnWidth;
  descriptionWidth?: ColumnWidth;
  sortKey?: SortKey;
  sortDirection?: SortDirection;
  resetsIgnored?: boolean;
  readonly icons: readonly IndexItem[];
  readonly alts: readonly IndexItem[];
  readonly descriptions: readonly Description[];
  readonly ignored: readonly IndexItem[];
}

/** Name, date, size, description; as in `?C=`. */
export type SortKey = 'N' | 'M' | 'S' | 'D';
/** Ascending, descending; as in `?O=`. */
export type SortDirection = 'A' | 'D';

/** Configuration of listings. httpd: merge_autoindex_configs */
export const autoindexConfig = perDirectory<AutoindexConfig>({
  create: () => ({ icons: [], alts: [], descriptions: [], ignored: [] }),
  merge(outer, inner) {
    const { options: _outer, added: _added, removed: _removed, ...inherited } = outer;
    const { options: _inner, iconWidth, iconHeight, added: _more, removed: _less, ...own } = inner;
    return {
      ...inherited,
      ...own,
      ...(iconWidth ? { iconWidth } : {}),
      ...(iconHeight ? { iconHeight } : {}),
      ...mergedOptions(outer, inner),
      icons: [...inner.icons, ...outer.icons],
      alts: [...inner.alts, ...outer.alts],
      descriptions: [...inner.descriptions, ...outer.descriptions],
      ignored: inner.resetsIgnored ? inner.ignored : [...inner.ignored, ...outer.ignored],
      resetsIgnored: false,
    };
  },
});

/** Options without sign replace everything from outside; those with one change it. */
function mergedOptions(outer: AutoindexConfig, inner: AutoindexConfig): Partial<AutoindexConfig> {
  if (inner.options === INDEX.none) return { options: INDEX.none, added: 0, removed: 0 };
  if (inner.options !== undefined) return { options: inner.options, added: 0, removed: 0 };
  const removedHere = inner.removed ?? 0;
  const added = ((outer.added ?? 0) | (inner.added ?? 0)) & ~removedHere;
  const removed = (outer.removed ?? 0) | removedHere;
  const base = (outer.options ?? 0) & ~INDEX.none;
  return { options: (base | added) & ~removed, added, removed };
}

/** The configuration with its defaults filled in. */
export interface IndexSettings extends AutoindexConfig {
  readonly options: number;
  readonly nameColumn: ColumnWidth;
  readonly descriptionColumn: ColumnWidth;
}

/** The settings for a request. */
export function indexSettings(view: ConfigView): IndexSettings {
  const config = autoindexConfig.of(view);
  const usual: ColumnWidth = { width: usualWidth, adjusts: false };
  return {
    ...config,
    options: config.options ?? 0,
    nameColumn: config.nameWidth ?? usual,
    descriptionColumn: config.descriptionWidth ?? usual,
  };
}
