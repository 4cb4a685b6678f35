import type { Pieces } from './apache.ts';

/** A chunked body a client sends. */
export type BodyCase = { title: string; input: Pieces };

const end = '0\r\n\r\n';
const last = `5\r\nhello\r\n${end}`;

/** Every chunked request body Apache is asked about. */
export const bodyCases: BodyCase[] = [
  { title: 'plain', input: [last] },
  { title: 'two chunks', input: [`2\r\nab\r\n${last}`] },
  { title: 'letters', input: [`A\r\n0123456789\r\nb\r\n0123456789a\r\n${end}`] },
  { title: 'leading zeros', input: [`${'0'.repeat(30)}5\r\nhello\r\n00\r\n\r\n`] },
  { title: 'extension', input: [`5;a="b\tc"\r\nhello\r\n0;x\r\n\r\n`] },
  { title: 'high byte in extension', input: [`5;\xe9\r\nhello\r\n${end}`] },
  { title: 'control character in extension', input: [`5;a\x01\r\nhello\r\n${end}`] },
  { title: 'NUL in extension', input: [`5;a\0\r\nhello\r\n${end}`] },
  { title: 'DEL in extension', input: [`5;a\x7f\r\nhello\r\n${end}`] },
  { title: 'blanks', input: [`5 \t\r\nhello\r\n${end}`] },
  { title: 'blanks before extension', input: [`5 ;a\r\nhello\r\n${end}`] },
  { title: 'ten blanks', input: ['5', [' ', 10], `\r\nhello\r\n${end}`] },
  { title: 'eleven blanks', input: ['5', [' ', 11], `\r\nhello\r\n${end}`] },
  { title: 'blank first', input: [` ${last}`] },
  { title: 'digits behind blanks', input: [`5 5\r\nhello\r\n${end}`] },
  { title: 'empty size', input: [`\r\n${last}`] },
  { title: 'sign', input: [`+${last}`] },
  { title: 'minus', input: [`-${last}`] },
  { title: 'prefix', input: [`0x${last}`] },
  { title: 'letter behind digits', input: [`5g\r\nhello\r\n${end}`] },
  { title: 'LF alone behind size', input: [`5\nhello\r\n${end}`] },
  { title: 'LF alone behind data', input: [`5\r\nhello\n${end}`] },
  { title: 'LF alone behind last size', input: ['5\r\nhello\r\n0\n\r\n'] },
  { title: 'LF alone at end', input: ['5\r\nhello\r\n0\r\n\n'] },
  { title: 'LF alone everywhere', input: ['5\nhello\n0\n\n'] },
  { title: 'CR alone behind size', input: [`5\rhello\r\n${end}`] },
  { title: 'two CR behind size', input: [`5\r\r\nhello\r\n${end}`] },
  { title: 'data too long', input: [`3\r\nhello\r\n${end}`] },
  { title: 'no line end behind data', input: [`5\r\nhello${end}`] },
  { title: 'size of 2^63', input: [`8000000000000000\r\nhello\r\n${end}`] },
  { title: 'size of 17 digits', input: [`10000000000000000\r\nhello\r\n${end}`] },
  { title: 'size line of 8190', input: ['5;', ['a', 8186], `\r\nhello\r\n${end}`] },
  { title: 'size line of 8191', input: ['5;', ['a', 8187], `\r\nhello\r\n${end}`] },
  { title: 'trailer', input: ['5\r\nhello\r\n0\r\nX-T: u\r\n\r\n'] },
  { title: 'trailer with blank in name', input: ['5\r\nhello\r\n0\r\nX T: u\r\n\r\n'] },
  { title: 'trailer without colon', input: ['5\r\nhello\r\n0\r\nX\r\n\r\n'] },
  { title: 'folded trailer', input: ['5\r\nhello\r\n0\r\nX: u\r\n v\r\n\r\n'] },
  { title: '100 trailers', input: ['5\r\nhello\r\n0\r\n', ['X: u\r\n', 100], '\r\n'] },
  { title: '101 trailers', input: ['5\r\nhello\r\n0\r\n', ['X: u\r\n', 101], '\r\n'] },
];
