/** A token of a condition as it was written up to Apache 2.2. */
export interface LegacyToken {
  type:
    | 'string'
    | 'pattern'
    | 'and'
    | 'or'
    | 'not'
    | 'open'
    | 'close'
    | 'group'
    | 'access'
    | '='
    | '!='
    | '>='
    | '<='
    | '>'
    | '<';
  text: string;
}

interface Cursor {
  readonly text: string;
  at: number;
}

const operators: readonly (readonly [text: string, type: LegacyToken['type']])[] = [
  ['(', 'open'],
  [')', 'close'],
  ['==', '='],
  ['=', '='],
  ['!=', '!='],
  ['!', 'not'],
  ['||', 'or'],
  ['&&', 'and'],
  ['>=', '>='],
  ['>', '>'],
  ['<=', '<='],
  ['<', '<'],
  ['-A', 'access'],
];

/** Where a word without quotes ends. */
const endOfWord = /[\t-\r ()=!<>]|\|\||&&/y;

/** The next token; undefined at the end. httpd: modules/filters/mod_include.c get_ptoken */
export function readLegacyToken(
  cursor: Cursor,
  previous: LegacyToken['type'] | undefined,
): LegacyToken | undefined {
  const { text } = cursor;
  while (/[\t-\r ]/.test(text[cursor.at] ?? '')) cursor.at++;
  if (cursor.at >= text.length) return undefined;
  const operator = operators.find(([start]) => text.startsWith(start, cursor.at));
  if (operator !== undefined) {
    cursor.at += operator[0].length;
    return { type: operator[1], text: '' };
  }
  const first = text[cursor.at]!;
  const isPattern = first === '/' && previous !== 'access';
  const quote = first === "'" || isPattern ? first : '';
  if (quote !== '') cursor.at++;
  return { type: isPattern ? 'pattern' : 'string', text: readWord(cursor, quote) };
}

/** A word up to a blank or an operator, or up to its quote; one whose quote is missing is empty. */
function readWord(cursor: Cursor, quote: string): string {
  const { text } = cursor;
  let word = '';
  for (; cursor.at < text.length; cursor.at++) {
    const char = text[cursor.at]!;
    if (char === '\\') {
      cursor.at++;
      word += text[cursor.at] ?? '';
      continue;
    }
    if (quote === '') {
      endOfWord.lastIndex = cursor.at;
      if (endOfWord.test(text)) return word;
    } else if (char === quote) {
      cursor.at++;
      return word;
    }
    word += char;
  }
  return quote === '' ? word : '';
}
