import { HeaderTable } from '@httpd-ts/http1';
import type { RequestRecord } from '@httpd-ts/kernel';
import { mapCookie, mapLocation } from '../mod_proxy/contract.ts';
import type { MessageReader } from './messages.ts';

// httpd: modules/proxy/ajp_header.c response_trans_headers
const fieldNames = [
  'Content-Type',
  'Content-Language',
  'Content-Length',
  'Date',
  'Last-Modified',
  'Location',
  'Set-Cookie',
  'Set-Cookie2',
  'Servlet-Engine',
  'Status',
  'WWW-Authenticate',
];
const locations = new Set(['location', 'content-location', 'uri', 'destination']);

/** Takes over status and fields of an answer; a text says what is wrong with them. httpd: ajp_unmarshal_response */
export function readHeaders(request: RequestRecord, message: MessageReader): string | undefined {
  const status = message.integer();
  if (status === undefined) return 'AH00983: ajp_unmarshal_response: Null status';
  request.status = status;
  const reason = message.string();
  request.statusLine = reason === undefined ? undefined : `${status} ${reason}`;
  const count = message.integer();
  const headers = new HeaderTable();
  if (count === undefined) {
    request.headersOut = headers;
    return 'AH10405: ajp_unmarshal_response: Bad number of headers';
  }
  for (const value of request.headersOut.getAll('Set-Cookie')) headers.add('Set-Cookie', value);
  request.headersOut = headers;
  for (let i = 0; i < count; i++) {
    const name = fieldName(message);
    if (name === undefined) return 'AH00985: ajp_unmarshal_response: Null header name';
    const value = message.string();
    if (value === undefined) return 'AH00986: ajp_unmarshal_response: Null header value';
    addField(request, name, value);
  }
  // The length is that of what is sent in the end.
  if (request.env('ap_trust_cgilike_cl') === undefined) headers.unset('Content-Length');
  headers.unset('Transfer-Encoding');
  return undefined;
}

function fieldName(message: MessageReader): string | undefined {
  const code = message.peekInteger();
  if (code === undefined) return undefined;
  if (code >> 8 !== 0xa0) return message.string();
  message.integer();
  return fieldNames[(code & 255) - 1];
}

function addField(request: RequestRecord, name: string, value: string): void {
  const lower = name.toLowerCase();
  let shown = value;
  if (lower === 'set-cookie') shown = mapCookie(request, value);
  else if (locations.has(lower)) shown = mapLocation(request, value);
  request.headersOut.add(name, shown);
  if (lower === 'content-type') request.contentType = shown;
}
