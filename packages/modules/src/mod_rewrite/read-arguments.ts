/** Up to three words of a line. */
export interface LineWords {
  readonly first: string;
  readonly second: string;
  readonly third: string | undefined;
}

const backslash = 92;

/** `code` is NaN behind the end. */
const isSpace = (code: number) => code === 32 || (code >= 9 && code <= 13);

/**
 * Splits the arguments of RewriteRule and RewriteCond; a backslash before a blank keeps it in the word (and stays).
 * Undefined when the line is none. httpd: modules/mappers/mod_rewrite.c parseargline
 */
export function readLineWords(line: string): LineWords | undefined {
  const first = readWord(line, 0);
  if (first.end >= line.length) return undefined;
  const second = readWord(line, first.end + 1);
  const start = skipSpaces(line, second.end + 1);
  const third = start >= line.length ? undefined : readWord(line, start).text;
  return { first: first.text, second: second.text, third };
}

function skipSpaces(line: string, from: number): number {
  let at = from;
  while (isSpace(line.charCodeAt(at))) at++;
  return at;
}

function readWord(line: string, from: number): { readonly text: string; readonly end: number } {
  let start = skipSpaces(line, from);
  const first = line[start];
  const quote = first === '"' || first === "'" ? first.charCodeAt(0) : undefined;
  if (quote !== undefined) start++;
  let end = start;
  while (end < line.length) {
    const code = line.charCodeAt(end);
    if (quote === undefined ? isSpace(code) : code === quote) break;
    if (code === backslash && isSpace(line.charCodeAt(end + 1))) end++;
    end++;
  }
  end = Math.min(end, line.length);
  return { text: line.slice(start, end), end };
}

/** `[key,key=value,…]`: calls `set` for each; its complaint, or `bad flag delimiters`. httpd: cmd_parseflagfield */
export function readFlags(
  text: string,
  set: (key: string, value: string) => string | undefined,
): string | undefined {
  if (!text.startsWith('[') || !text.endsWith(']')) return 'bad flag delimiters';
  const fields = `${text.slice(1, -1)},`;
  for (let at = 0; at < fields.length; ) {
    const start = skipSpaces(fields, at);
    const comma = fields.indexOf(',', start);
    if (start >= fields.length || comma < 0) break;
    const field = fields.slice(start, comma).replace(/[\t-\r ]+$/, '');
    const equals = field.indexOf('=');
    const complaint = equals < 0 ? set(field, '') : set(field.slice(0, equals), field.slice(equals + 1));
    if (complaint !== undefined) return complaint;
    at = comma + 1;
  }
  return undefined;
}
