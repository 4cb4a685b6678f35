/** Position in a header value, moved on by `nextToken`. */
export interface TokenCursor {
  readonly text: string;
  at: number;
}

const isSpace = (char: string | undefined) => char !== undefined && /[\t-\r ]/.test(char);

/**
 * Takes the next token, up to `;` or `,` (and blanks, unless they may be part of it); quoted parts are kept whole.
 * The separator stays. httpd: server/util.c ap_get_token
 */
export function nextToken(cursor: TokenCursor, withBlanks: boolean): string {
  const { text } = cursor;
  let at = cursor.at;
  while (isSpace(text[at])) at++;
  const start = at;
  while (at < text.length && text[at] !== ';' && text[at] !== ',' && (withBlanks || !isSpace(text[at]))) {
    if (text[at++] !== '"') continue;
    const close = text.indexOf('"', at);
    at = close < 0 ? text.length : close + 1;
  }
  const token = text.slice(start, at);
  while (isSpace(text[at])) at++;
  cursor.at = at;
  return token;
}
