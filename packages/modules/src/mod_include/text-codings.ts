import { decodeBase64, encodeBase64, entryOf, escapeHtml, escapeUri, unescapeUrl } from '@httpd-ts/kernel';
import { decodeEntities } from './decode-entities.ts';

type Coding = (text: string) => string;

/** What C makes of a text with a NUL in it. */
export const cString = (text: string): string => {
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
};

const asItIs: Coding = (text) => text;
const unescaped: Coding = (text) => cString(unescapeUrl(text, 'decode').text);

/** httpd: server/util.c ap_escape_urlencoded */
const urlEncoded: Coding = (text) =>
  text.replace(/[^A-Za-z0-9*\-._]/g, (char) =>
    char === ' ' ? '+' : `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );

const decodings: Readonly<Record<string, Coding>> = {
  none: asItIs,
  url: unescaped,
  urlencoded: (text) => unescaped(text.replaceAll('+', ' ')),
  entity: decodeEntities,
  base64: (text) => cString(decodeBase64(text)),
};

const encodings: Readonly<Record<string, Coding>> = {
  none: asItIs,
  url: escapeUri,
  urlencoded: urlEncoded,
  entity: escapeHtml,
  base64: encodeBase64,
};

/** The codings that echo and set are told of, in lists. */
export interface Codings {
  decoding: string;
  encoding: string;
}

/** What is wrong with a list: a name in it that is unknown. */
export interface UnknownCoding {
  readonly list: 'decoding' | 'encoding';
  readonly name: string;
}

/** Decodes and encodes a text; tells of the names that are unknown, as often as httpd does. */
export function recode(
  text: string,
  codings: Codings,
): { readonly text: string; readonly unknown: readonly UnknownCoding[] } {
  const unknown: UnknownCoding[] = [];
  let result = text;
  for (const [list, known] of [
    ['decoding', decodings],
    ['encoding', encodings],
  ] as const) {
    for (const name of codings[list].split(/[, \t]+/)) {
      if (name === '') continue;
      const coding = entryOf(known, name.toLowerCase());
      if (coding === undefined) {
        unknown.push({ list, name });
        break;
      }
      result = coding(result);
    }
  }
  return { text: result, unknown };
}
