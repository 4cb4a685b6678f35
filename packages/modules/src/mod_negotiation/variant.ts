import type { RequestRecord } from '@httpd-ts/kernel';
import type { AcceptRecord } from './accept.ts';

/** One representation of a resource, and how well it suits the client. httpd: var_rec */
export interface Variant {
  /** What was found for a file; undefined for an entry of a type map until it is chosen. */
  found: RequestRecord | undefined;
  mediaType: string;
  fileName: string;
  /** Place of the content within the type map itself. */
  body: { readonly offset: number; readonly length: number } | undefined;
  encoding: string | undefined;
  languages: readonly string[] | undefined;
  charset: string;
  description: string;
  sourceQuality: number;
  level: number;
  /** Length in bytes; -1 while unknown. */
  bytes: number;
  isHtml: boolean;

  languageQuality: number;
  encodingQuality: number;
  charsetQuality: number;
  typeQuality: number;
  /** Place in LanguagePriority, -1 for none. */
  languageIndex: number;
  levelMatched: number;
  /** 1 for a match with any type, 2 with any subtype, 3 with the type itself. */
  stars: number;
  /** Nothing was guessed about the client. RFC 2296 */
  isDefinite: boolean;
}

/** A variant about which nothing is known. */
export function blankVariant(): Variant {
  return {
    found: undefined,
    mediaType: '',
    fileName: '',
    body: undefined,
    encoding: undefined,
    languages: undefined,
    charset: '',
    description: '',
    sourceQuality: 0,
    level: 0,
    bytes: -1,
    isHtml: false,
    languageQuality: 1,
    encodingQuality: 1,
    charsetQuality: 1,
    typeQuality: 1,
    languageIndex: -1,
    levelMatched: 0,
    stars: 0,
    isDefinite: true,
  };
}

const htmlTypes: ReadonlySet<string> = new Set([
  'text/html',
  'text/x-server-parsed-html',
  'text/x-server-parsed-html3',
]);

/** Whether a type is HTML, parsed by the server or not. */
export const isHtmlType = (type: string): boolean => htmlTypes.has(type);

/** httpd: modules/mappers/mod_negotiation.c set_mime_fields */
export function setMediaType(variant: Variant, { name, quality, level, charset }: AcceptRecord): void {
  Object.assign(variant, {
    mediaType: name,
    sourceQuality: quality,
    level,
    charset,
    isHtml: isHtmlType(name),
  });
}
