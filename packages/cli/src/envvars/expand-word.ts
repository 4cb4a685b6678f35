import { matchesPattern } from '@httpd-ts/kernel';

/** Shell variables; one that is not in the map is unset. */
export type Variables = Map<string, string>;

/** A word asks for something that only a running shell could do, such as `$(command)`. */
export class NotEvaluated extends Error {}

/** Expands a word as the shell does within an assignment: quotes and variables, no splitting, no commands. */
export function expandWord(word: string, variables: Variables): string {
  return expand({ text: word, at: 0 }, variables, '');
}

interface Cursor {
  readonly text: string;
  at: number;
}

/** Expands up to the character `end`, which is passed; to the end of the text if it is empty. */
function expand(cursor: Cursor, variables: Variables, end: string): string {
  const { text } = cursor;
  let result = '';
  while (cursor.at < text.length) {
    const char = text[cursor.at++]!;
    if (char === end) return result;
    if (char === '\\') result += escaped(cursor, end === '"');
    else if (char === "'" && end !== '"') result += until(cursor, "'");
    else if (char === '"') result += expand(cursor, variables, '"');
    else if (char === '$') result += parameter(cursor, variables);
    else if (char === '`') throw new NotEvaluated('a command in backquotes');
    else result += char;
  }
  return result;
}

function escaped(cursor: Cursor, isQuoted: boolean): string {
  const char = cursor.text[cursor.at++] ?? '';
  if (char === '\n') return '';
  return isQuoted && !'$`"\\'.includes(char) ? `\\${char}` : char;
}

function until(cursor: Cursor, quote: string): string {
  const end = cursor.text.indexOf(quote, cursor.at);
  const text = cursor.text.slice(cursor.at, end < 0 ? undefined : end);
  cursor.at = end < 0 ? cursor.text.length : end + 1;
  return text;
}

const plainName = /[A-Za-z_]\w*/y;
const bracedName = /([A-Za-z_]\w*)(:?[-=+?]|##?|%%?)?/y;

/** What follows a `$`. */
function parameter(cursor: Cursor, variables: Variables): string {
  const { text, at } = cursor;
  if (text[at] === '(') throw new NotEvaluated('a command in $(...)');
  if (text[at] !== '{') {
    plainName.lastIndex = at;
    const name = plainName.exec(text)?.[0];
    if (name === undefined) return '$';
    cursor.at += name.length;
    return variables.get(name) ?? '';
  }
  bracedName.lastIndex = at + 1;
  const [whole, name, operation] = bracedName.exec(text) ?? [];
  if (whole === undefined || name === undefined) throw new NotEvaluated('an expansion of this form');
  cursor.at = at + 1 + whole.length;
  const word = expand(cursor, variables, '}');
  if (operation === undefined && word !== '') throw new NotEvaluated('an expansion of this form');
  return operate(name, operation ?? '', word, variables);
}

/** `${name:-word}` and its relatives. */
function operate(name: string, operation: string, word: string, variables: Variables): string {
  const value = variables.get(name);
  const isThere = operation.startsWith(':') ? value !== undefined && value !== '' : value !== undefined;
  switch (operation.replace(':', '')) {
    case '-':
      return isThere ? value! : word;
    case '+':
      return isThere ? word : '';
    case '=':
      if (!isThere) variables.set(name, word);
      return variables.get(name)!;
    case '?':
      if (!isThere) throw new NotEvaluated(`${name} is not set`);
      return value!;
    case '':
      return value ?? '';
    default:
      return withoutAffix(value ?? '', operation, word);
  }
}

/** `#`, `##`: without the shortest or longest beginning that matches; `%`, `%%`: without such an end. */
function withoutAffix(value: string, operation: string, pattern: string): string {
  const isPrefix = operation[0] === '#';
  const lengths = Array.from({ length: value.length + 1 }, (_, length) => length);
  if (operation.length === 2) lengths.reverse();
  for (const length of lengths) {
    const rest = isPrefix ? value.slice(length) : value.slice(0, value.length - length);
    const removed = isPrefix ? value.slice(0, length) : value.slice(value.length - length);
    if (matchesPattern(pattern, removed)) return rest;
  }
  return value;
}
