/** A word as httpd splits it off, and where the next one begins. */
export interface Word {
  readonly word: string;
  /** Offset of the first character behind the word and the blanks that follow it. */
  readonly next: number;
}

/** Whether httpd takes the character for a blank: isspace in the C locale, so neither NBSP nor NEL. */
export function isBlank(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/** Splits the first word, quoted or bare, off `text` from `offset`. httpd: server/util.c ap_getword_conf */
export function readWord(text: string, offset = 0): Word {
  const start = skipBlanks(text, offset);
  const end = wordEnd(text, start);
  return { word: wordValue(text.slice(start, end)), next: skipBlanks(text, end) };
}

/** Offset of the first character from `offset` that is no blank. */
export function skipBlanks(text: string, offset: number): number {
  let at = offset;
  while (isBlank(text.charCodeAt(at))) at++;
  return at;
}

/** Offset behind the word that begins at `start`, its closing quote included. */
export function wordEnd(text: string, start: number): number {
  const quote = text[start];
  return quote === '"' || quote === "'" ? quotedEnd(text, start, quote) : bareEnd(text, start);
}

function bareEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length && !isBlank(text.charCodeAt(at))) at++;
  return at;
}

// A quote that is never closed runs to the end of the line and is no error.
function quotedEnd(text: string, start: number, quote: string): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '\n') {
    const char = text[at];
    if (char === quote) return at + 1;
    const escaped = char === '\\' && (text[at + 1] === '\\' || text[at + 1] === quote);
    at += escaped ? 2 : 1;
  }
  return at;
}

/** What a word stands for, without its quotes and escapes. httpd: server/util.c substring_conf */
export function wordValue(image: string): string {
  const quote = image[0];
  if (quote !== '"' && quote !== "'") return image.includes('\\\\') ? image.replaceAll('\\\\', '\\') : image;
  const closed = wordIsClosed(image, quote);
  const inner = image.slice(1, closed ? -1 : undefined);
  if (!inner.includes('\\')) return inner;
  return inner.replace(quote === '"' ? /\\([\\"])/g : /\\([\\'])/g, '$1');
}

function wordIsClosed(image: string, quote: string): boolean {
  if (image.length < 2 || image.at(-1) !== quote) return false;
  let backslashes = 0;
  while (image[image.length - 2 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 0;
}
