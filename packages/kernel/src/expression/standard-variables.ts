import type { RequestRecord } from '../3-serve/request-record.ts';
import type { ExpressionVariable } from '../declare/expression-providers.ts';

const header =
  (name: string): ExpressionVariable =>
  (_request, evaluation) =>
    evaluation.header(name);

const two = (value: number) => String(value).padStart(2, '0');

/** A time as a date whose UTC fields read as local ones. httpd: apr_time_exp_lt */
function localDate(request: RequestRecord, timeMs: number): Date {
  return new Date(timeMs + request.server.plan.world.clock.zoneOffsetMinutes(timeMs) * 60_000);
}

const now =
  (format: (date: Date) => string): ExpressionVariable =>
  (request) =>
    format(localDate(request, request.server.plan.world.clock.now()));

const year = (date: Date) => String(date.getUTCFullYear()).padStart(4, '0');

const wholeTime = (date: Date) =>
  year(date) +
  [date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()]
    .map(two)
    .join('');

const isIpv6 = (address: string) => address.includes(':') && !/^::ffff:/i.test(address);

const onOff = (value: boolean) => (value ? 'on' : 'off');

/** The account that the file belongs to, or the last directory that was found on the way to it. */
function ownerOf({ finfo, lastFound, server }: RequestRecord, which: 'user' | 'group'): string | undefined {
  const found = finfo ?? lastFound;
  if (found === undefined) return undefined;
  const { system } = server.plan.world;
  return which === 'user' ? system.userName(found.uid) : system.groupName(found.gid);
}

/**
 * The variables that the request itself answers; those that depend on directives come from the modules that
 * have them. httpd: server/util_expr_eval.c conn_var_fn, request_var_fn, req_header_var_fn, misc_var_fn
 */
export const standardVariables: Readonly<Record<string, ExpressionVariable>> = {
  HTTPS: ({ connection }) => onOff(connection.isTls),
  HTTP2: () => 'off',
  IPV6: ({ connection }) => onOff(isIpv6(connection.clientAddress)),
  CONN_REMOTE_ADDR: ({ connection }) => connection.clientAddress,

  REQUEST_METHOD: ({ method }) => method,
  REQUEST_URI: ({ uri }) => uri,
  DOCUMENT_URI: (request) => request.env('DOCUMENT_URI') ?? request.uri,
  REQUEST_FILENAME: ({ filename }) => filename,
  SCRIPT_FILENAME: ({ filename }) => filename,
  LAST_MODIFIED: (request) => wholeTime(localDate(request, request.mtimeMs)),
  SCRIPT_USER: (request) => ownerOf(request, 'user'),
  SCRIPT_GROUP: (request) => ownerOf(request, 'group'),
  PATH_INFO: ({ pathInfo }) => pathInfo,
  QUERY_STRING: ({ args }) => args,
  IS_SUBREQ: ({ main }) => (main === undefined ? 'false' : 'true'),
  THE_REQUEST: ({ requestLine }) => requestLine,
  REMOTE_ADDR: ({ clientAddress }) => clientAddress,
  REMOTE_PORT: ({ connection }) => String(connection.clientPort),
  REMOTE_HOST: ({ connection, clientAddress }) => connection.clientHost ?? clientAddress,
  REMOTE_USER: ({ user }) => user,
  REMOTE_IDENT: () => undefined,
  SERVER_PROTOCOL: ({ protocol }) => protocol,
  AUTH_TYPE: ({ authType }) => authType,
  CONTENT_TYPE: ({ contentType }) => contentType,
  HANDLER: ({ handlerName, answeredBy }) => handlerName ?? answeredBy,
  REQUEST_STATUS: ({ status }) => (status === 0 ? undefined : String(status)),
  REQUEST_LOG_ID: ({ logId }) => logId,
  CONTEXT_PREFIX: (request) => request.note('context-prefix'),

  HTTP_ACCEPT: header('Accept'),
  HTTP_COOKIE: header('Cookie'),
  HTTP_FORWARDED: header('Forwarded'),
  HTTP_HOST: header('Host'),
  HTTP_PROXY_CONNECTION: header('Proxy-Connection'),
  HTTP_REFERER: header('Referer'),
  HTTP_USER_AGENT: header('User-Agent'),

  TIME_YEAR: now(year),
  TIME_MON: now((date) => two(date.getUTCMonth() + 1)),
  TIME_DAY: now((date) => two(date.getUTCDate())),
  TIME_HOUR: now((date) => two(date.getUTCHours())),
  TIME_MIN: now((date) => two(date.getUTCMinutes())),
  TIME_SEC: now((date) => two(date.getUTCSeconds())),
  TIME_WDAY: now((date) => String(date.getUTCDay())),
  TIME: now(wholeTime),
  SERVER_SOFTWARE: ({ server }) => server.plan.process.serverBanner,
  API_VERSION: () => '20120211',
};
