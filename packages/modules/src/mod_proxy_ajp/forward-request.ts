import type { RequestRecord } from '@httpd-ts/kernel';
import { entryOf } from '@httpd-ts/kernel';
import { clientHost, hostnameLookupsOf, serverNameOf } from '../core/contract.ts';
import { logWithoutClient } from './log-receive-failure.ts';
import { ajpString, integer16, MESSAGE, messageHeaderLength, toBackend } from './messages.ts';

// httpd: modules/proxy/ajp_header.h SC_M_*, ajp_header.c sc_for_req_method_table
const methods: Readonly<Record<string, number>> = {
  OPTIONS: 1,
  GET: 2,
  HEAD: 3,
  POST: 4,
  PUT: 5,
  DELETE: 6,
  TRACE: 7,
  PROPFIND: 8,
  PROPPATCH: 9,
  MKCOL: 10,
  COPY: 11,
  MOVE: 12,
  LOCK: 13,
  UNLOCK: 14,
  REPORT: 16,
  'VERSION-CONTROL': 17,
  CHECKIN: 18,
  CHECKOUT: 19,
  UNCHECKOUT: 20,
  MKWORKSPACE: 22,
  UPDATE: 23,
  LABEL: 24,
  MERGE: 25,
  'BASELINE-CONTROL': 26,
  MKACTIVITY: 27,
};
/** The method is an attribute. */
const storedMethod = 255;

// httpd: SC_ACCEPT and those that follow
const fieldCodes: ReadonlyMap<string, string> = new Map(
  [
    'accept',
    'accept-charset',
    'accept-encoding',
    'accept-language',
    'authorization',
    'connection',
    'content-type',
    'content-length',
    'cookie',
    'cookie2',
    'host',
    'pragma',
    'referer',
    'user-agent',
  ].map((name, i) => [name, `\xa0${String.fromCharCode(i + 1)}`]),
);

// httpd: SC_A_*
const ATTRIBUTE = {
  remoteUser: '\x03',
  authType: '\x04',
  queryString: '\x05',
  jvmRoute: '\x06',
  sslCertificate: '\x07',
  sslCipher: '\x08',
  sslSession: '\x09',
  named: '\x0a',
  sslKeySize: '\x0b',
  secret: '\x0c',
  storedMethod: '\x0d',
  end: '\xff',
} as const;

/**
 * The message that tells a back end about a request. `path` is that of the back end, with its query.
 * httpd: modules/proxy/ajp_header.c ajp_marshal_into_msgb
 */
export function forwardRequest(request: RequestRecord, path: string, secret: string | undefined): string {
  const { connection, headersIn } = request;
  const method = request.headerOnly ? methods.HEAD! : (entryOf(methods, request.method) ?? storedMethod);
  const question = path.indexOf('?');
  const query = question < 0 ? undefined : path.slice(question + 1);
  let fields = '';
  let count = 0;
  headersIn.forEach((name, value) => {
    fields += (fieldCodes.get(name.toLowerCase()) ?? ajpString(name)) + ajpString(value);
    count++;
  });
  const content =
    String.fromCharCode(MESSAGE.forwardRequest, method) +
    beginning(request, path) +
    integer16(count) +
    fields +
    optional(ATTRIBUTE.secret, secret) +
    optional(ATTRIBUTE.remoteUser, request.user) +
    optional(ATTRIBUTE.authType, request.authType) +
    optional(ATTRIBUTE.queryString, query) +
    optional(ATTRIBUTE.jvmRoute, request.note('session-route')) +
    (connection.isTls ? tlsAttributes(request) : '') +
    (method === storedMethod ? ATTRIBUTE.storedMethod + ajpString(request.method) : '') +
    (connection.isTls ? namedUnlessEmpty('AJP_SSL_PROTOCOL', connection.tls?.variable('SSL_PROTOCOL')) : '') +
    named('AJP_REMOTE_PORT', String(request.clientPort)) +
    named('AJP_LOCAL_ADDR', connection.localAddress) +
    environmentAttributes(request) +
    ATTRIBUTE.end;
  return toBackend(content);
}

/** What stands between the method and the fields. */
function beginning(request: RequestRecord, path: string): string {
  const { connection } = request;
  return (
    ajpString(request.protocol) +
    ajpString(path.split('?', 1)[0]) +
    ajpString(request.clientAddress) +
    ajpString(remoteHost(request)) +
    ajpString(serverNameOf(request)) +
    integer16(connection.localPort) +
    (connection.isTls ? '\x01' : '\0')
  );
}

/** Says at which field a message becomes longer than `size`. httpd: ajp_msg_append_cvt_string, ajp_marshal_into_msgb */
export function logOverflow(request: RequestRecord, path: string, size: number): void {
  // The head of the message, its type, the method, and the number of fields.
  let length = messageHeaderLength + 4 + beginning(request, path).length;
  let isFound = false;
  const append = (piece: string, complaint: string) => {
    if (isFound) return;
    if (length + piece.length > size) {
      isFound = true;
      const text = `AH03229: ajp_msg_append_cvt_string(): BufferOverflowException ${messageHeaderLength} ${length}`;
      logWithoutClient(request, text);
      request.log('proxy_ajp', 'error', complaint);
    } else length += piece.length;
  };
  request.headersIn.forEach((name, value) => {
    append(
      fieldCodes.get(name.toLowerCase()) ?? ajpString(name),
      'AH00970: ajp_marshal_into_msgb: Error appending the header name',
    );
    append(ajpString(value), 'AH00971: ajp_marshal_into_msgb: Error appending the header value');
  });
  request.log('proxy_ajp', 'error', 'AH00988: ajp_send_header: ajp_marshal_into_msgb failed');
}

const optional = (code: string, value: string | undefined) =>
  value === undefined ? '' : code + ajpString(value);

const named = (name: string, value: string) => ATTRIBUTE.named + ajpString(name) + ajpString(value);

const namedUnlessEmpty = (name: string, value: string | undefined) =>
  value === undefined || value === '' ? '' : named(name, value);

function remoteHost(request: RequestRecord): string | undefined {
  if (hostnameLookupsOf(request) === 'off') return undefined;
  const host = clientHost(request);
  return host === request.clientAddress ? undefined : host;
}

function tlsAttributes({ connection: { tls } }: RequestRecord): string {
  const present = (code: string, name: string) => optional(code, tls?.variable(name) || undefined);
  const keySize = tls?.variable('SSL_CIPHER_USEKEYSIZE');
  return (
    present(ATTRIBUTE.sslCertificate, 'SSL_CLIENT_CERT') +
    present(ATTRIBUTE.sslCipher, 'SSL_CIPHER') +
    present(ATTRIBUTE.sslSession, 'SSL_SESSION_ID') +
    (keySize ? ATTRIBUTE.sslKeySize + integer16(Number.parseInt(keySize, 10) || 0) : '')
  );
}

/** Variables whose name begins with `AJP_` are attributes without that. */
function environmentAttributes(request: RequestRecord): string {
  let attributes = '';
  request.subprocessEnv.forEach((name, value) => {
    if (name.startsWith('AJP_')) attributes += named(name.slice(4), value);
  });
  return attributes;
}
