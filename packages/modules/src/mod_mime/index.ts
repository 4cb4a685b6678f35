import {
  type DirectiveDeclaration,
  defineModule,
  flag,
  iterate,
  iterate2,
  NOT_IN,
  postConfig,
  take1,
  typeChecker,
} from '@httpd-ts/kernel';
import { type ExtensionField, type MultiviewsMatch, mimeConfig } from './config.ts';
import { findType } from './find-type.ts';
import { summaries } from './summaries.ts';
import { loadTypes, typesConfig } from './types-file.ts';

/** An extension as the tables have it. */
const keyOf = (word: string) => word.replace(/^\./, '').toLowerCase();

/** A directive that gives extensions a meaning. httpd: modules/http/mod_mime.c add_extension_info */
function add(field: ExtensionField, usage: string): DirectiveDeclaration {
  return mimeConfig.directive({
    args: iterate2,
    context: 'anywhere',
    override: 'FileInfo',
    usage,
    set(config, [value, extension]) {
      const key = keyOf(extension);
      const info = { ...config.extensions.get(key), [field]: value.toLowerCase() };
      config.extensions = new Map(config.extensions).set(key, info);
    },
  });
}

/** A directive that takes it from them again. httpd: modules/http/mod_mime.c remove_extension_info */
function remove(field: ExtensionField): DirectiveDeclaration {
  return mimeConfig.directive({
    args: iterate,
    context: 'anywhere',
    override: 'FileInfo',
    usage: 'one or more file extensions',
    set(config, extension) {
      const key = keyOf(extension);
      const fields = new Set([...(config.removed.get(key) ?? []), field]);
      config.removed = new Map(config.removed).set(key, fields);
    },
  });
}

const incompatible = (word: string) => `${word} is incompatible with Any and NegotiatedOnly`;
const noMatch: MultiviewsMatch = { any: false, negotiatedOnly: false, handlers: false, filters: false };

/** httpd: modules/http/mod_mime.c multiviews_match */
function addMultiviewsMatch(before: MultiviewsMatch | undefined, word: string): MultiviewsMatch | string {
  const match = before ?? noMatch;
  switch (word.toLowerCase()) {
    case 'any':
      return match.negotiatedOnly || match.handlers || match.filters
        ? 'Any is incompatible with NegotiatedOnly, Filters and Handlers'
        : { ...match, any: true };
    case 'negotiatedonly':
      return match.any || match.handlers || match.filters
        ? 'NegotiatedOnly is incompatible with Any, Filters and Handlers'
        : { ...match, negotiatedOnly: true };
    case 'filters':
      return match.any || match.negotiatedOnly ? incompatible('Filters') : { ...match, filters: true };
    case 'handlers':
      return match.any || match.negotiatedOnly ? incompatible('Handlers') : { ...match, handlers: true };
    default:
      return `Unrecognized option '${word}'`;
  }
}

/** What the extensions of file names say about their content. */
export const modMime = defineModule({
  name: 'mod_mime',
  identifier: 'mime_module',
  httpd: 'modules/http/mod_mime.c',
  summaries,
  directives: {
    AddType: add('type', 'a mime type followed by one or more file extensions'),
    AddEncoding: add('encoding', 'an encoding (e.g., gzip), followed by one or more file extensions'),
    AddLanguage: add('language', 'a language (e.g., fr), followed by one or more file extensions'),
    AddCharset: add('charset', 'a charset (e.g., iso-2022-jp), followed by one or more file extensions'),
    AddHandler: add('handler', 'a handler name followed by one or more file extensions'),
    AddInputFilter: add(
      'inputFilters',
      'input filter name (or ; delimited names) followed by one or more file extensions',
    ),
    AddOutputFilter: add(
      'outputFilters',
      'output filter name (or ; delimited names) followed by one or more file extensions',
    ),
    RemoveType: remove('type'),
    RemoveEncoding: remove('encoding'),
    RemoveLanguage: remove('language'),
    RemoveCharset: remove('charset'),
    RemoveHandler: remove('handler'),
    RemoveInputFilter: remove('inputFilters'),
    RemoveOutputFilter: remove('outputFilters'),
    TypesConfig: typesConfig.directive({
      args: take1,
      context: 'server',
      usage: 'the MIME types config file',
      default: 'conf/mime.types',
      set(config, file) {
        config.file = file;
      },
    }),
    DefaultLanguage: mimeConfig.directive({
      args: take1,
      context: 'anywhere',
      override: 'FileInfo',
      usage: 'language to use for documents with no other language file extension',
      set(config, language) {
        config.defaultLanguage = language;
      },
    }),
    ModMimeUsePathInfo: mimeConfig.directive({
      args: flag,
      context: 'directory',
      usage: "Set to 'yes' to allow mod_mime to use path info for type checking",
      default: 'Off',
      set(config, on) {
        config.usePathInfo = on;
      },
    }),
    MultiviewsMatch: mimeConfig.directive({
      args: iterate,
      context: 'anywhere',
      override: 'FileInfo',
      usage: 'NegotiatedOnly (default), Handlers and/or Filters, or Any',
      default: 'NegotiatedOnly',
      notIn: NOT_IN.location | NOT_IN.limit,
      set(config, word) {
        const match = addMultiviewsMatch(config.multiviewsMatch, word);
        if (typeof match === 'string') return match;
        config.multiviewsMatch = match;
        return undefined;
      },
    }),
  },
  hooks: [typeChecker(findType), postConfig(loadTypes)],
});
