import { isSpaceAt } from './character-classes.ts';

/** A text without the blanks around it; JavaScript's own `trim` takes the byte 160 as well. httpd: apr_isspace */
export function trimBlanks(text: string): string {
  return trimEndBlanks(trimStartBlanks(text));
}

/** A text without the blanks at its start. */
export function trimStartBlanks(text: string): string {
  let start = 0;
  while (isSpaceAt(text, start)) start++;
  return start === 0 ? text : text.slice(start);
}

/** A text without the blanks at its end. */
export function trimEndBlanks(text: string): string {
  let end = text.length;
  while (end > 0 && isSpaceAt(text, end - 1)) end--;
  return end === text.length ? text : text.slice(0, end);
}
