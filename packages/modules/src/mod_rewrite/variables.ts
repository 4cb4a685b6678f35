import { lookupFile, lookupUri, type RequestRecord } from '@httpd-ts/kernel';
import { adminOf, documentRootOf, schemeOf, serverNameOf, serverPortOf } from '../core/contract.ts';
import { rewriteDirectory } from './config.ts';
import { type RewriteContext, rewriteLog } from './rewrite-context.ts';

/** `%{…}`. httpd: modules/mappers/mod_rewrite.c lookup_variable */
export interface Variable {
  /** What stands between the braces. */
  readonly text: string;
  value(context: RewriteContext): string;
  /** For values that have to be waited for; `value` then gives what was found. */
  readonly wait?: (context: RewriteContext) => Promise<string>;
}

type Read = (context: RewriteContext) => string | undefined;

const ofRequest =
  (read: (request: RequestRecord) => string | undefined): Read =>
  ({ request }) =>
    read(request);

/** A header the answer depends on is noted for Vary; Host never is. httpd: lookup_header */
const header =
  (name: string): Read =>
  (context) => {
    const value = context.request.headersIn.get(name);
    if (value !== undefined && name.toLowerCase() !== 'host') {
      context.varyThis = context.varyThis === undefined ? name : `${context.varyThis}, ${name}`;
    }
    return value;
  };

const two = (value: number) => String(value).padStart(2, '0');

/** The local time, as a date whose UTC fields read as local ones. */
function localTime({ request }: RewriteContext): Date {
  const { clock } = request.server.plan.world;
  const now = clock.now();
  return new Date(now + clock.zoneOffsetMinutes(now) * 60_000);
}

const time =
  (format: (date: Date) => string): Read =>
  (context) =>
    format(localTime(context));

const timeText = (date: Date) =>
  String(date.getUTCFullYear()).padStart(4, '0') +
  [date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()]
    .map(two)
    .join('');

function logged(name: string, read: Read): Read {
  return (context) => {
    const value = read(context);
    if (context.trace >= 1) rewriteLog(context, 1, `${name}='${value}'`);
    return value;
  };
}

function ownerName(request: RequestRecord, which: 'uid' | 'gid'): string {
  const { system } = request.server.plan.world;
  const info = request.finfo ?? request.lastFound;
  if (info === undefined) return '<unknown>';
  return (which === 'uid' ? system.userName(info.uid) : system.groupName(info.gid)) ?? '<unknown>';
}

const isIpv6 = ({ clientAddress }: RequestRecord) =>
  clientAddress.includes(':') && !/^::ffff:/i.test(clientAddress);

const named: Readonly<Record<string, Read>> = {
  TIME: logged('RESULT', time(timeText)),
  TIME_YEAR: time((date) => String(date.getUTCFullYear()).padStart(4, '0')),
  TIME_MON: time((date) => two(date.getUTCMonth() + 1)),
  TIME_DAY: time((date) => two(date.getUTCDate())),
  TIME_HOUR: time((date) => two(date.getUTCHours())),
  TIME_MIN: time((date) => two(date.getUTCMinutes())),
  TIME_SEC: time((date) => two(date.getUTCSeconds())),
  TIME_WDAY: time((date) => String(date.getUTCDay())),
  IPV6: logged(
    'IPV6',
    ofRequest((request) => (isIpv6(request) ? 'on' : 'off')),
  ),
  HTTPS: ofRequest(({ connection }) => (connection.isTls ? 'on' : 'off')),
  IS_SUBREQ: ofRequest(({ main }) => (main === undefined ? 'false' : 'true')),
  PATH_INFO: ofRequest(({ pathInfo }) => pathInfo),
  AUTH_TYPE: ofRequest(({ authType }) => authType),
  HTTP_HOST: header('Host'),
  HTTP_ACCEPT: header('Accept'),
  HTTP_COOKIE: header('Cookie'),
  HTTP_REFERER: header('Referer'),
  HTTP_FORWARDED: header('Forwarded'),
  HTTP_USER_AGENT: header('User-Agent'),
  HTTP_PROXY_CONNECTION: header('Proxy-Connection'),
  SERVER_NAME: ofRequest(serverNameOf),
  SERVER_ADDR: ofRequest(({ connection }) => connection.localAddress),
  SERVER_PORT: ofRequest((request) => String(serverPortOf(request))),
  SERVER_ADMIN: ofRequest(adminOf),
  SERVER_PROTOCOL: ofRequest(({ protocol }) => protocol),
  SERVER_SOFTWARE: ofRequest(({ server }) => server.plan.process.serverBanner),
  REMOTE_ADDR: ofRequest(({ clientAddress }) => clientAddress),
  REMOTE_HOST: ofRequest(({ connection, clientAddress }) => connection.clientHost ?? clientAddress),
  REMOTE_PORT: ofRequest(({ clientPort }) => String(clientPort)),
  REMOTE_USER: ofRequest(({ user }) => user),
  REMOTE_IDENT: () => '',
  SCRIPT_USER: ofRequest((request) => ownerName(request, 'uid')),
  SCRIPT_GROUP: ofRequest((request) => ownerName(request, 'gid')),
  REQUEST_URI: ofRequest(({ uri }) => uri),
  REQUEST_METHOD: ofRequest(({ method }) => method),
  REQUEST_SCHEME: ofRequest(schemeOf),
  REQUEST_FILENAME: ofRequest(({ filename }) => filename),
  SCRIPT_FILENAME: ofRequest(({ filename }) => filename),
  QUERY_STRING: ofRequest(({ args }) => args),
  THE_REQUEST: ofRequest(({ requestLine }) => requestLine),
  API_VERSION: () => '20120211:142',
  DOCUMENT_ROOT: ofRequest(documentRootOf),
  CONTEXT_PREFIX: ofRequest((request) => request.note('context-prefix')),
  CONTEXT_DOCUMENT_ROOT: ofRequest(
    (request) => request.note('context-document-root') ?? documentRootOf(request),
  ),
  CONN_REMOTE_ADDR: ofRequest(({ connection }) => connection.clientAddress),
};

/** The names that stand alone between the braces. */
export const rewriteVariableNames: readonly string[] = Object.keys(named);

const nothing: Read = () => undefined;

/** Finds out what a variable means; one that means nothing is empty. */
export function variable(text: string): Variable {
  if (!text.includes(':')) return { text, value: orEmpty(standingAlone(text)) };
  const ahead = /^LA-([UF]):([\s\S]+)$/i.exec(text);
  if (ahead !== null) return lookahead(text, ahead[1]!.toUpperCase() === 'U', variable(ahead[2]!));
  return { text, value: orEmpty(reader(text)) };
}

const orEmpty =
  (read: Read): Variable['value'] =>
  (context) =>
    read(context) ?? '';

function reader(text: string): Read {
  const [, kind, name] = /^(ENV|SSL|HTTP):([\s\S]+)$/i.exec(text) ?? [];
  switch (kind?.toUpperCase()) {
    case 'ENV':
      return ofRequest(
        (request) =>
          request.note(name!) ?? request.env(name!) ?? request.server.plan.world.environment.get(name!),
      );
    case 'SSL':
      return ofRequest(({ connection }) => connection.tls?.variable(name!));
    case 'HTTP':
      return header(name!);
    default:
      return standingAlone(text);
  }
}

function standingAlone(text: string): Read {
  const key = text.toUpperCase();
  return Object.hasOwn(named, key) ? named[key]! : nothing;
}

/** Whether a request may ask by a sub-request: not one for the very same thing again. httpd: subreq_ok */
export function mayAskAhead(request: RequestRecord): boolean {
  const { main } = request;
  return main === undefined || main.uri !== request.uri;
}

/** The value a variable would have once the request is mapped. */
function lookahead(text: string, byUri: boolean, inner: Variable): Variable {
  return {
    text,
    value: (context) => context.awaited.get(text) ?? '',
    async wait(context) {
      const { request } = context;
      if (!mayAskAhead(request)) return '';
      const { path, isUri } = subject(context, byUri);
      const found = await (isUri ? lookupUri(path, request) : lookupFile(path, request, 'parsed'));
      context.request = found;
      const value = inner.wait === undefined ? inner.value(context) : await inner.wait(context);
      context.request = request;
      if (context.trace >= 5)
        rewriteLog(context, 5, `lookahead: path=${path} var=${inner.text} -> val=${value}`);
      return value;
    },
  };
}

/** What is asked for: in a directory a relative path is one below its URL, or for a file below it on disk. httpd: la_u */
function subject({ request, uri, perdir }: RewriteContext, byUri: boolean): { path: string; isUri: boolean } {
  if (perdir === undefined) return { path: uri, isUri: byUri };
  if (uri.startsWith('/')) return { path: uri, isUri: true };
  const config = rewriteDirectory.of(request);
  const { directory = '' } = config;
  return { path: (byUri ? (config.baseUrl ?? directory) : directory) + uri, isUri: byUri };
}
