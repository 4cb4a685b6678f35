import { entryOf, type RequestRecord } from '@httpd-ts/kernel';
import { nextToken } from './header-token.ts';

/** What becomes of the ETag of a response that is compressed or expanded. */
export type EtagChange = 'addsuffix' | 'nochange' | 'remove';

/** The first coding that the response has already, but for those that change nothing. */
export function codingOf(request: RequestRecord): string | undefined {
  return codings(present(request)).find((token) => !isIdentity(token));
}

function present({ headersOut, errHeadersOut, contentEncoding }: RequestRecord): string | undefined {
  const parts = [headersOut.get('Content-Encoding'), errHeadersOut.get('Content-Encoding'), contentEncoding];
  const given = parts.filter((part) => part !== undefined);
  return given.length === 0 ? undefined : given.join(',');
}

function codings(encoding: string | undefined): string[] {
  const tokens: string[] = [];
  const cursor = { text: encoding ?? '', at: 0 };
  while (cursor.at < cursor.text.length) {
    const token = nextToken(cursor, false);
    if (token === '') break;
    tokens.push(token);
    cursor.at++;
  }
  return tokens;
}

const isIdentity = (token: string) =>
  token === 'identity' || token === '7bit' || token === '8bit' || token === 'binary';

/** A quality of zero, where it is the first parameter. */
const isRefused = /^;[\t-\r ]*q=0(?:\.0{0,3})?[\t-\r ]*(?:[,;]|$)/;

/** Whether the client takes a coding: its first mention decides. httpd: modules/filters/mod_deflate.c deflate_out_filter */
export function acceptsCoding(request: RequestRecord, coding: string): boolean {
  const text = request.headersIn.get('Accept-Encoding');
  if (text === undefined) return false;
  const cursor = { text, at: 0 };
  for (;;) {
    const token = nextToken(cursor, false);
    if (token === '') return false;
    if (token.toLowerCase() === coding) return !isRefused.test(text.slice(cursor.at));
    while (text[cursor.at] === ';') {
      cursor.at++;
      nextToken(cursor, true);
    }
    if (text[cursor.at] === ',') cursor.at++;
    if (cursor.at >= text.length) return false;
  }
}

/** Makes the headers tell of a coding that is put on the response. */
export function tellCoding(request: RequestRecord, coding: string, etag: EtagChange): void {
  const { headersOut } = request;
  const encoding = present(request);
  if (encoding === undefined || encoding.toLowerCase() === 'identity')
    headersOut.set('Content-Encoding', coding);
  else headersOut.merge('Content-Encoding', coding);
  if (request.contentEncoding !== undefined) request.contentEncoding = headersOut.get('Content-Encoding');
  headersOut.unset('Content-Length');
  headersOut.unset('Content-MD5');
  alterEtag(request, coding, etag);
}

/** Marks the ETag of a response whose coding was changed. httpd: modules/filters/mod_deflate.c deflate_check_etag */
export function alterEtag({ headersOut }: RequestRecord, suffix: string, change: EtagChange): void {
  if (change === 'nochange') return;
  if (change === 'remove') {
    headersOut.unset('ETag');
    return;
  }
  const etag = headersOut.get('ETag');
  if (etag === undefined || etag.length <= 2 || !etag.endsWith('"')) return;
  headersOut.set('ETag', `${etag.slice(0, -1)}-${suffix}"`);
}

/** The names of the notes that get the sizes before and after, and the percentage. */
export interface SizeNotes {
  inputNote?: string;
  outputNote?: string;
  ratioNote?: string;
}

/** Counts for the log. The ratio of nothing is a hyphen. */
export function leaveSizes(request: RequestRecord, names: SizeNotes, input: number, output: number): void {
  const { inputNote, outputNote, ratioNote } = names;
  if (inputNote !== undefined) request.notes.set(inputNote, String(input));
  if (outputNote !== undefined) request.notes.set(outputNote, String(output));
  if (ratioNote === undefined) return;
  request.notes.set(ratioNote, input > 0 ? String(Math.floor((output * 100) / input)) : '-');
}

const noteFields: Readonly<Record<string, keyof SizeNotes>> = {
  input: 'inputNote',
  output: 'outputNote',
  ratio: 'ratioNote',
};

/** Reads `[Input|Output|Ratio] name`; false where the kind is unknown. */
export function setSizeNote(names: SizeNotes, [first, second]: readonly [string, string?]): boolean {
  const field = second === undefined ? 'ratioNote' : entryOf(noteFields, first.toLowerCase());
  if (field === undefined) return false;
  names[field] = second ?? first;
  return true;
}
