import type { HeaderTable } from '@httpd-ts/http1';

/** Kinds of FastCGI records that are sent or understood here. */
export const RECORD = { begin: 1, end: 3, params: 4, stdin: 5, stdout: 6, stderr: 7 } as const;

export const headerLength = 8;
/** We never have more than one request on a connection. */
export const requestId = 1;
/** What httpd puts at most into one record of variables. */
const paramsLimit = 16 * 1024;

/** The head of a record, as latin1 text. */
export function recordHeader(type: number, length: number): string {
  return String.fromCharCode(1, type, 0, requestId, length >> 8, length & 255, 0, 0);
}

/** The record that begins a request for a responder; the back end closes the connection afterwards unless told otherwise. */
export function beginRequest(keepsConnection: boolean): string {
  return `${recordHeader(RECORD.begin, 8)}\0\x01${keepsConnection ? '\x01' : '\0'}\0\0\0\0\0`;
}

/** How a length stands before a name or value. */
function sizeOf(length: number): string {
  if (length < 128) return String.fromCharCode(length);
  return String.fromCharCode((length >>> 24) | 128, (length >> 16) & 255, (length >> 8) & 255, length & 255);
}

/**
 * The records that carry variables, with the empty one that ends them. A variable that fits into no record is left
 * out and reported. httpd: modules/proxy/mod_proxy_fcgi.c send_environment
 */
export function paramsRecords(variables: HeaderTable, onTooLong: (name: string) => void): string {
  let records = '';
  let content = '';
  variables.forEach((name, value) => {
    const pair = sizeOf(name.length) + sizeOf(value.length) + name + value;
    if (pair.length > paramsLimit) {
      onTooLong(name);
      return;
    }
    if (content.length + pair.length > paramsLimit) {
      records += recordHeader(RECORD.params, content.length) + content;
      content = '';
    }
    content += pair;
  });
  if (content !== '') records += recordHeader(RECORD.params, content.length) + content;
  return records + recordHeader(RECORD.params, 0);
}
