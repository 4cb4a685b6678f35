import { HeaderTable } from '@httpd-ts/http1';
import type { RequestRecord } from '@httpd-ts/kernel';
import { mapCookie, mapLocation } from '../mod_proxy/contract.ts';
import { ajpErrors } from './log-receive-failure.ts';
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

/** What is wrong with a head: the complaint, where httpd has words of its own, and the error. */
export interface HeadersFault {
  readonly complaint?: string;
  readonly error: string;
}

const overflow = (complaint?: string): HeadersFault => ({
  ...(complaint === undefined ? {} : { complaint }),
  error: ajpErrors.overflow,
});

/** Takes over status and fields of an answer, or says what is wrong with them. httpd: ajp_unmarshal_response */
export function readHeaders(request: RequestRecord, message: MessageReader): HeadersFault | undefined {
  const status = message.integer();
  if (status === undefined) return overflow('AH00983: ajp_unmarshal_response: Null status');
  request.status = status;
  const reason = message.string();
  request.statusLine = reason === undefined ? undefined : `${status} ${reason}`;
  const count = message.integer();
  const headers = new HeaderTable();
  if (count === undefined) {
    request.headersOut = headers;
    return overflow('AH10405: ajp_unmarshal_response: Bad number of headers');
  }
  for (const value of request.headersOut.getAll('Set-Cookie')) headers.add('Set-Cookie', value);
  request.headersOut = headers;
  for (let i = 0; i < count; i++) {
    const name = fieldName(message);
    if (typeof name !== 'string') return name;
    const value = message.string();
    if (value === undefined) return overflow('AH00986: ajp_unmarshal_response: Null header value');
    addField(request, name, value);
  }
  // The length is that of what is sent in the end.
  if (request.env('ap_trust_cgilike_cl') === undefined) headers.unset('Content-Length');
  headers.unset('Transfer-Encoding');
  return undefined;
}

function fieldName(message: MessageReader): string | HeadersFault {
  const code = message.peekInteger();
  if (code === undefined) return overflow();
  if (code >> 8 !== 0xa0)
    return message.string() ?? overflow('AH00985: ajp_unmarshal_response: Null header name');
  message.integer();
  const shown = code.toString(16).padStart(8, '0');
  return (
    fieldNames[(code & 255) - 1] ?? {
      complaint: `AH00984: ajp_unmarshal_response: No such sc (${shown})`,
      error: ajpErrors.badHeader,
    }
  );
}

function addField(request: RequestRecord, name: string, value: string): void {
  const lower = name.toLowerCase();
  let shown = value;
  if (lower === 'set-cookie') shown = mapCookie(request, value);
  else if (locations.has(lower)) shown = mapLocation(request, value);
  request.headersOut.add(name, shown);
  if (lower === 'content-type') request.contentType = shown;
}
