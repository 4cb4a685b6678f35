const typeOfWord: ReadonlyMap<string, string> = new Map([
  ...['<html>', '<HTML>', '<head>', '<HEAD>', '<title>', '<TITLE>', '<h1>', '<H1>', '<!--'].map(
    (word) => [word, 'text/html'] as const,
  ),
  ...['/*', '#include', 'char', 'The', 'the', 'double', 'extern', 'float', 'real', 'struct', 'union'].map(
    (word) => [word, 'text/plain'] as const,
  ),
  ...['CFLAGS', 'LDFLAGS', 'all:', '.PRECIOUS', '.ascii', '.asciiz', '.byte', '.even', '.globl', 'clr'].map(
    (word) => [word, 'text/plain'] as const,
  ),
  ...['(input,', 'dcl'].map((word) => [word, 'text/plain'] as const),
  ...['Received:', '>From', 'Return-Path:', 'Cc:'].map((word) => [word, 'message/rfc822'] as const),
  ...['Newsgroups:', 'Path:', 'Organization:'].map((word) => [word, 'message/news'] as const),
]);

const bytesWithWords = 1024;

/**
 * What a text is by the words it holds, or an archive by its checksum; undefined when nothing tells it. `text` ends
 * with a NUL. httpd: modules/metadata/mod_mime_magic.c ascmagic
 */
export function recognizeText(text: string): readonly string[] | undefined {
  if (/^\.[\t-\r ]*[a-zA-Z0-9\\][a-zA-Z0-9]/.test(text)) return ['application/x-troff'];
  if (/^[cC][\t-\r ]/.test(text)) return ['text/plain'];
  const start = text.slice(0, bytesWithWords);
  for (const [word] of start.split('\0', 1)[0]!.matchAll(/[^ \t\n\r\f]+/g)) {
    const type = typeOfWord.get(word);
    if (type !== undefined) return start.includes('\x1b') ? [type, ' (with escape sequences)'] : [type];
  }
  return isTar(text) ? ['application/x-tar'] : undefined;
}

const record = 512;
const checksum = { at: 148, length: 8 } as const;

/** Whether the sum over the first record, its own field taken for blanks, is what that field says. httpd: is_tar */
function isTar(text: string): boolean {
  if (text.length < record) return false;
  const { at, length } = checksum;
  const field = text.slice(at, at + length);
  const said = octal(field);
  if (said === undefined) return false;
  const summed = text.slice(0, at) + ' '.repeat(length) + text.slice(at + length, record);
  let sum = 0;
  for (let i = 0; i < record; i++) sum += summed.charCodeAt(i);
  return sum === said;
}

/** httpd: from_oct */
function octal(field: string): number | undefined {
  const [, blanks, digits, behind] = /^([\t-\r ]*)([0-7]*)([\s\S]?)/.exec(field)!;
  if (blanks!.length === field.length) return undefined;
  if (behind !== '' && !/[\t-\r \0]/.test(behind!)) return undefined;
  return digits === '' ? 0 : Number.parseInt(digits!, 8);
}
