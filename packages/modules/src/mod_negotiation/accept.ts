import { trimStartBlanks } from '@httpd-ts/http1';
import { entryOf } from '@httpd-ts/kernel';
import { nextToken, type TokenCursor } from '../header-token.ts';

/** One element of an Accept header, or the description of a media type. httpd: accept_rec */
export interface AcceptRecord {
  /** Lower case. */
  readonly name: string;
  readonly quality: number;
  readonly level: number;
  readonly charset: string;
}

/** A quality value of up to three digits; 1 for anything else. httpd: modules/mappers/mod_negotiation.c atoq */
export function readQuality(text: string): number {
  const match = /^[\t-\r ]*0?(?:\.(\d{0,3}))?/.exec(text)!;
  const start = trimStartBlanks(text);
  if (start === '' || (start[0] !== '.' && start[0] !== '0')) return 1;
  return match[1] === undefined ? 0 : Number(match[1].padEnd(3, '0')) / 1000;
}

/** Levels that media types have unless they say otherwise. */
const usualLevels: Readonly<Record<string, number>> = {
  'text/html': 2,
  'text/x-server-parsed-html': 2,
  'text/x-server-parsed-html3': 3,
};

/** Takes one element with its parameters. httpd: get_entry */
export function readEntry(cursor: TokenCursor): AcceptRecord {
  const { text } = cursor;
  const name = nextToken(cursor, false).toLowerCase();
  let quality = 1;
  let level = entryOf(usualLevels, name) ?? 0;
  let charset = '';
  while (text[cursor.at] === ';') {
    cursor.at++;
    const match = /^([^\t-\r =]*)[\t-\r =]+(?:"([^"\r\n]*)|([^\t-\r ]*))/.exec(nextToken(cursor, true));
    if (match === null) continue;
    const value = (match[2] ?? match[3] ?? '').toLowerCase();
    const parameter = match[1]!.toLowerCase();
    if (parameter === 'q' || parameter === 'qs') quality = readQuality(value);
    else if (parameter === 'level') level = Number.parseInt(value, 10) || 0;
    else if (parameter === 'charset') charset = value;
  }
  if (text[cursor.at] === ',') cursor.at++;
  return { name, quality, level, charset };
}

/** All elements of an Accept header; undefined when there is none. httpd: do_header_line */
export function readAccept(text: string | undefined): AcceptRecord[] | undefined {
  if (text === undefined) return undefined;
  const cursor = { text, at: 0 };
  const records: AcceptRecord[] = [];
  while (cursor.at < text.length) records.push(readEntry(cursor));
  return records;
}

/** The languages of a Content-Language line, lower case. httpd: do_languages_line */
export function readLanguages(text: string): string[] {
  const cursor = { text, at: 0 };
  const languages: string[] = [];
  while (cursor.at < text.length) {
    languages.push(nextToken(cursor, false).toLowerCase());
    if (text[cursor.at] === ',' || text[cursor.at] === ';') cursor.at++;
  }
  return languages;
}
