import type { RequestRecord } from '@httpd-ts/kernel';
import { schemeOf, serverNameOf, serverPortOf } from './canonical-name.ts';
import { documentRootOf } from './document-root.ts';
import { adminOf } from './server-identity.ts';

/** A text with variables, ready to be filled in. */
export type ResponseText = (request: RequestRecord) => string;

type Variable = (request: RequestRecord) => string | undefined;

const header =
  (name: string): Variable =>
  (request) =>
    request.headersIn.get(name);

// httpd: server/util_expr_eval.c request_var_fn, req_header_var_fn
const variables: Readonly<Record<string, Variable>> = {
  REQUEST_METHOD: (request) => request.method,
  REQUEST_SCHEME: schemeOf,
  REQUEST_URI: (request) => request.uri,
  REQUEST_FILENAME: (request) => request.filename,
  REQUEST_STATUS: (request) => String(request.status),
  DOCUMENT_URI: (request) => request.uri,
  DOCUMENT_ROOT: documentRootOf,
  PATH_INFO: (request) => request.pathInfo,
  QUERY_STRING: (request) => request.args,
  REMOTE_ADDR: (request) => request.clientAddress,
  REMOTE_USER: (request) => request.user,
  SERVER_NAME: serverNameOf,
  SERVER_PORT: (request) => String(serverPortOf(request)),
  SERVER_ADMIN: adminOf,
  SERVER_PROTOCOL: (request) => request.protocol,
  THE_REQUEST: (request) => request.requestLine,
  HTTPS: (request) => (request.connection.isTls ? 'on' : 'off'),
  HTTP_ACCEPT: header('Accept'),
  HTTP_COOKIE: header('Cookie'),
  HTTP_HOST: header('Host'),
  HTTP_REFERER: header('Referer'),
  HTTP_USER_AGENT: header('User-Agent'),
};

// httpd: server/util_expr_eval.c string_func_providers
const lookups: Readonly<Record<string, (request: RequestRecord, name: string) => string | undefined>> = {
  http: (request, name) => request.headersIn.get(name),
  req: (request, name) => request.headersIn.get(name),
  resp: (request, name) => request.headersOut.get(name),
  env: (request, name) => request.env(name),
  reqenv: (request, name) => request.env(name),
  note: (request, name) => request.note(name),
};

function compileVariable(body: string): Variable | string {
  const colon = body.indexOf(':');
  if (colon < 0) return variables[body.toUpperCase()] ?? unsupported(`variable ${body}`);
  const lookup = lookups[body.slice(0, colon).toLowerCase()];
  const name = body.slice(colon + 1);
  return lookup === undefined
    ? unsupported(`function ${body.slice(0, colon)}`)
    : (request) => lookup(request, name);
}

const unsupported = (what: string) => `the ${what} is not supported in ErrorDocument yet`;
const unterminated =
  "Cannot parse expression in ErrorDocument: syntax error, unexpected T_ERROR, expecting T_VAR_END or ':': Unterminated string or variable";

/**
 * Compiles a text whose `%{…}` are filled in for each request; without any it is returned as it is.
 * `complaint` says why it cannot be.
 */
export function compileResponseText(text: string): string | ResponseText | { readonly complaint: string } {
  if (!text.includes('%{')) return text;
  const parts: (string | Variable)[] = [];
  let at = 0;
  for (let start = text.indexOf('%{'); start >= 0; start = text.indexOf('%{', at)) {
    const end = text.indexOf('}', start);
    if (end < 0) return { complaint: unterminated };
    const variable = compileVariable(text.slice(start + 2, end));
    if (typeof variable === 'string') return { complaint: variable };
    parts.push(text.slice(at, start), variable);
    at = end + 1;
  }
  parts.push(text.slice(at));
  return (request) => parts.map((part) => (typeof part === 'string' ? part : (part(request) ?? ''))).join('');
}
