/** What C's isspace takes in the bytes 9 to 13 and 32; JavaScript's own `trim` takes the byte 160 as well. */
const isBlank = (code: number) => code === 32 || (code >= 9 && code <= 13);

/** A text without the blanks around it. httpd: apr_isspace */
export function trimBlanks(text: string): string {
  return trimEndBlanks(trimStartBlanks(text));
}

/** A text without the blanks at its start. */
export function trimStartBlanks(text: string): string {
  let start = 0;
  while (start < text.length && isBlank(text.charCodeAt(start))) start++;
  return start === 0 ? text : text.slice(start);
}

/** A text without the blanks at its end. */
export function trimEndBlanks(text: string): string {
  let end = text.length;
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end--;
  return end === text.length ? text : text.slice(0, end);
}
