/** Names of the characters from 0xC0 on; two of them httpd does not know. */
const upperNames = [
  ...'Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml'.split(
    ' ',
  ),
  ...'ETH Ntilde Ograve Oacute Ocirc Otilde Ouml . Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig'.split(
    ' ',
  ),
  ...'agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml'.split(
    ' ',
  ),
  ...'eth ntilde ograve oacute ocirc otilde ouml . oslash ugrave uacute ucirc uuml yacute thorn yuml'.split(
    ' ',
  ),
];

const entities = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ...upperNames
    .map((name, i) => [name, String.fromCharCode(0xc0 + i)] as const)
    .filter(([name]) => name !== '.'),
]);

/**
 * Replaces references to characters by what they stand for. Numbers of no character are dropped, unknown names stay.
 * httpd: modules/filters/mod_include.c decodehtml
 */
export function decodeEntities(text: string): string {
  let result = '';
  let at = 0;
  for (;;) {
    const start = text.indexOf('&', at);
    const end = start < 0 ? -1 : text.indexOf(';', start);
    if (end < 0) return result + text.slice(at);
    const meaning = meaningOf(text, start + 1, end);
    result += text.slice(at, start) + (meaning ?? '&');
    at = meaning === undefined ? start + 1 : end + 1;
  }
}

const longestName = 6;

function meaningOf(text: string, start: number, end: number): string | undefined {
  if (text[start] === '#') return numbered(text.slice(start + 1, end));
  return end - start > longestName ? undefined : entities.get(text.slice(start, end));
}

function numbered(digits: string): string {
  const code = /^\d+$/.test(digits) ? Number(digits) : 0;
  const isCharacter = code > 8 && (code < 11 || code > 31) && (code < 127 || code > 160) && code < 256;
  return isCharacter ? String.fromCharCode(code) : '';
}
