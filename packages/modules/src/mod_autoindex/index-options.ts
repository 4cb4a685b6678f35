import type { Complaint } from '@httpd-ts/kernel';
import { entryOf, withLowerNames } from '@httpd-ts/kernel';
import { leadingInteger } from '../core/contract.ts';
import type { AutoindexConfig } from './config.ts';

// httpd: modules/generators/mod_autoindex.c
/** Bits of IndexOptions. */
export const INDEX = {
  none: 1 << 0,
  iconsAreLinks: 1 << 1,
  scanHtmlTitles: 1 << 2,
  suppressIcon: 1 << 3,
  suppressLastModified: 1 << 4,
  suppressSize: 1 << 5,
  suppressDescription: 1 << 6,
  suppressPreamble: 1 << 7,
  suppressColumnSorting: 1 << 8,
  suppressRules: 1 << 9,
  foldersFirst: 1 << 10,
  versionSort: 1 << 11,
  trackModified: 1 << 12,
  fancyIndexing: 1 << 13,
  htmlTable: 1 << 14,
  ignoreClient: 1 << 15,
  ignoreCase: 1 << 16,
  xhtml: 1 << 17,
  showForbidden: 1 << 18,
  addAltClass: 1 << 19,
} as const;

const bits: Readonly<Record<string, number>> = {
  FancyIndexing: INDEX.fancyIndexing,
  FoldersFirst: INDEX.foldersFirst,
  HTMLTable: INDEX.htmlTable,
  IconsAreLinks: INDEX.iconsAreLinks,
  IgnoreCase: INDEX.ignoreCase,
  IgnoreClient: INDEX.ignoreClient,
  ScanHTMLTitles: INDEX.scanHtmlTitles,
  SuppressColumnSorting: INDEX.suppressColumnSorting,
  SuppressDescription: INDEX.suppressDescription,
  SuppressHTMLPreamble: INDEX.suppressPreamble,
  SuppressIcon: INDEX.suppressIcon,
  SuppressLastModified: INDEX.suppressLastModified,
  SuppressSize: INDEX.suppressSize,
  SuppressRules: INDEX.suppressRules,
  TrackModified: INDEX.trackModified,
  VersionSort: INDEX.versionSort,
  XHTML: INDEX.xhtml,
  ShowForbidden: INDEX.showForbidden,
  AddAltClass: INDEX.addAltClass,
};

type Sign = '+' | '-' | '';

/** An option with a value or an effect beyond its bit; a returned text is the complaint. */
type OptionSetter = (config: AutoindexConfig, value: string | undefined, sign: Sign) => Complaint;

const iconSize =
  (field: 'iconWidth' | 'iconHeight', name: string, usual: number): OptionSetter =>
  (config, value, sign) => {
    if (value === undefined) config[field] = sign === '-' ? 0 : usual;
    else if (sign === '-') return `Cannot combine '-' with ${name}=n`;
    else config[field] = leadingInteger(value);
    return undefined;
  };

const columnWidth =
  (field: 'nameWidth' | 'descriptionWidth', name: string, least: number): OptionSetter =>
  (config, value, sign) => {
    if (value === undefined) {
      if (sign !== '-') return `${name} with no value may only appear as '-${name}'`;
      config[field] = { width: usualWidth, adjusts: false };
      return undefined;
    }
    if (sign === '-') return `Cannot combine '-' with ${name}=n`;
    if (value.startsWith('*')) {
      config[field] = { width: config[field]?.width ?? usualWidth, adjusts: true };
      return undefined;
    }
    const width = leadingInteger(value);
    if (width !== 0 && width < least) return `${name} value must be greater than ${least}`;
    config[field] = { width, adjusts: false };
    return undefined;
  };

/** Width of the columns for names and descriptions. */
export const usualWidth = 23;

const values: Readonly<Record<string, OptionSetter>> = {
  IconWidth: iconSize('iconWidth', 'IconWidth', 20),
  IconHeight: iconSize('iconHeight', 'IconHeight', 22),
  NameWidth: columnWidth('nameWidth', 'NameWidth', 5),
  DescriptionWidth: columnWidth('descriptionWidth', 'DescriptionWidth', 12),
  Type(config, value) {
    if (value === undefined) return invalid;
    config.contentType = value;
    return undefined;
  },
  Charset(config, value) {
    if (value === undefined) return invalid;
    config.charset = value;
    return undefined;
  },
  UseOldDateFormat(config, value) {
    if (value !== undefined) return invalid;
    config.dateFormat = '%d-%b-%Y %H:%M';
    return undefined;
  },
};

const bitNames = withLowerNames(bits);
const setters = withLowerNames(values);

/** The options by their names in the manual. */
export const indexOptionNames: readonly string[] = ['None', ...Object.keys(bits), ...Object.keys(values)];

const invalid = 'Invalid directory indexing option';

/** httpd: modules/generators/mod_autoindex.c add_opts */
export function setIndexOptions(config: AutoindexConfig, words: readonly string[]): Complaint {
  let options = config.options;
  let added = config.added ?? 0;
  let removed = config.removed ?? 0;
  for (const word of words) {
    const sign: Sign = word[0] === '+' || word[0] === '-' ? word[0] : '';
    const name = word.slice(sign.length);
    let bit = entryOf(bitNames, name.toLowerCase()) ?? 0;
    if (name.toLowerCase() === 'none') {
      if (sign !== '') return "Cannot combine '+' or '-' with 'None' keyword";
      options = INDEX.none;
      bit = INDEX.none;
    } else if (bit === 0) {
      const complaint = setValue(config, name, sign);
      if (complaint) return complaint;
    }
    if (sign === '+') {
      added |= bit;
      removed &= ~bit;
    } else if (sign === '-') {
      removed |= bit;
      added &= ~bit;
    } else {
      if (bit !== 0) options = (options ?? 0) | bit;
      added = 0;
      removed = 0;
    }
  }
  if (options !== undefined && (options & INDEX.none) !== 0 && options !== INDEX.none) {
    return "Cannot combine other IndexOptions keywords with 'None'";
  }
  if (options !== undefined) config.options = options;
  config.added = added;
  config.removed = removed;
  return undefined;
}

function setValue(config: AutoindexConfig, word: string, sign: Sign): Complaint {
  const equals = word.indexOf('=');
  const name = (equals < 0 ? word : word.slice(0, equals)).toLowerCase();
  const setter = entryOf(setters, name);
  return setter === undefined
    ? invalid
    : setter(config, equals < 0 ? undefined : word.slice(equals + 1), sign);
}
