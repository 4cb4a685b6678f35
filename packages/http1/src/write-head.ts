import { FIELD_CONTENT, skipClass, TOKEN, VISIBLE } from './character-classes.ts';
import type { HeaderTable } from './header-table.ts';

/** A response head: `statusLine` is `200 OK`, the protocol is always HTTP/1.1, as Apache answers. */
export function formatResponseHead(statusLine: string, headers: HeaderTable): string {
  return `HTTP/1.1 ${statusLine}\r\n${headers.toLines()}\r\n`;
}

/** A request head, as it goes to a back end. */
export function formatRequestHead(
  method: string,
  target: string,
  protocol: string,
  headers: HeaderTable,
): string {
  return `${method} ${target} ${protocol}\r\n${headers.toLines()}\r\n`;
}

/** What stands before the data of a chunk. httpd: modules/http/chunk_filter.c */
export function formatChunkSize(length: number): string {
  return `${length.toString(16)}\r\n`;
}

/** What stands behind the data of a chunk. */
export const chunkEnd = '\r\n';

/** The last chunk, with trailers if there are any. */
export function formatLastChunk(trailers?: HeaderTable): string {
  return trailers === undefined ? '0\r\n\r\n' : `0\r\n${trailers.toLines()}\r\n`;
}

/** Names and values that were found fit: most answers say what others have said. */
const fitNames = new Set<string>();
const fitValues = new Set<string>();
const mostKnown = 1024;
const longestKnown = 128;

function isFit(text: string, known: Set<string>, classBit: number): boolean {
  if (known.has(text)) return true;
  if (skipClass(text, 0, classBit) < text.length) return false;
  if (text.length <= longestKnown) {
    if (known.size >= mostKnown) known.clear();
    known.add(text);
  }
  return true;
}

/**
 * Whether nothing in these fields could be taken for more than one field, so that `checkResponseHeaders` would find and
 * change nothing. What was read from the head of a back end's answer its codec has looked at.
 */
export function areFit(headers: HeaderTable): boolean {
  return headers.everySet(
    (name, value) => name !== '' && isFit(name, fitNames, TOKEN) && isFit(value, fitValues, FIELD_CONTENT),
  );
}

/**
 * Checks the fields of an answer before they go out, and unfolds values. Returns undefined when all are fit,
 * else the log line that goes with the 500 Apache answers. httpd: modules/http/http_filters.c check_headers
 */
export function checkResponseHeaders(headers: HeaderTable, isStrict: boolean): string | undefined {
  let fault: string | undefined;
  const folded: [string, string][] = [];
  headers.forEach((name, value) => {
    if (fault !== undefined) return;
    if (name === '') fault = 'AH02428: Empty response header name, aborting request';
    else if (skipClass(name, 0, isStrict ? TOKEN : VISIBLE) < name.length) {
      fault = `AH02429: Response header name '${name}' contains invalid characters, aborting request`;
    } else {
      const at = skipClass(value, 0, FIELD_CONTENT);
      if (at === value.length) return;
      const unfolded = value.replace(/\r\n[ \t]+/g, ' ');
      const bad = skipClass(unfolded, 0, FIELD_CONTENT);
      if (bad === unfolded.length) folded.push([name, unfolded]);
      else {
        const rest = value.slice(Math.max(0, value.lastIndexOf('\r\n ', at)));
        fault = `AH02430: Response header '${name}' value of '${rest}' contains invalid characters, aborting request`;
      }
    }
  });
  for (const [name, value] of folded) headers.set(name, value);
  return fault;
}
