import { isSpaceAt, skipClass, TOKEN } from './character-classes.ts';

const LONGEST_EXACT = 15;
const LARGEST_OFFSET = 2n ** 63n - 1n;

/** A Content-Length of digits alone, or -1. httpd: server/util.c ap_parse_strict_length */
export function parseStrictLength(text: string): number {
  if (text.length === 0) return -1;
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return -1;
    length = length * 10 + digit;
  }
  return text.length > LONGEST_EXACT && BigInt(text) > LARGEST_OFFSET ? -1 : length;
}

/** Whether chunked is the last transfer coding. httpd: server/util.c ap_is_chunked */
export function isChunked(transferEncoding: string): boolean {
  if (transferEncoding.length === 7) return transferEncoding.toLowerCase() === 'chunked';
  const comma = transferEncoding.lastIndexOf(',');
  if (comma < 0) return false;
  let at = comma + 1;
  while (isSpaceAt(transferEncoding, at)) at++;
  return transferEncoding.length - at === 7 && transferEncoding.slice(at).toLowerCase() === 'chunked';
}

/**
 * Whether a field names the token in any case. Whatever cannot be part of a token parts tokens, and one that is only
 * the beginning of the token counts too: `Connection: c` closes. httpd: server/util.c ap_find_token
 */
export function hasToken(list: string, lowerCaseToken: string): boolean {
  if (list === lowerCaseToken) return true;
  for (let at = 0; at < list.length; at++) {
    const end = skipClass(list, at, TOKEN);
    if (end > at && lowerCaseToken.startsWith(list.slice(at, end).toLowerCase())) return true;
    at = end;
  }
  return false;
}
