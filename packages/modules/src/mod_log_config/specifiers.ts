import { trimBlanks } from '@httpd-ts/http1';
import { answeringRequest, type ProvidedName, type RequestRecord, uriPortOfScheme } from '@httpd-ts/kernel';
import { clientHost, connectionHost, schemeOf, serverNameOf } from '../core/contract.ts';
import { type LogSpecifier, type LogValue, logSpecifiers } from './contract.ts';
import { escapeLogItem } from './escape-log-item.ts';
import { requestTime } from './request-time.ts';

const escaped = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : escapeLogItem(text);

const ofCurrent = (compile: LogSpecifier['compile']): LogSpecifier => ({ ofOriginal: false, compile });
const ofOriginal = (compile: LogSpecifier['compile']): LogSpecifier => ({ ofOriginal: true, compile });

/** A value without argument. */
const plain =
  (value: LogValue): LogSpecifier['compile'] =>
  () =>
    value;

const client: LogSpecifier['compile'] = (argument) =>
  argument === 'c' ? (request) => request.connection.clientAddress : (request) => request.clientAddress;

const host: LogSpecifier['compile'] = (argument) =>
  argument === 'c'
    ? (request) => escaped(connectionHost(request))
    : (request) => escaped(clientHost(request));

/** A page for a request whose error document failed as well is the earlier request's. */
function bytesSent(request: RequestRecord): number {
  const { initial } = request;
  return answeringRequest(request) === request ? initial.bytesSent + initial.bytesReplaced : 0;
}

/** A password in the target is not shown; the line is written anew then. httpd: log_request_line, apr_uri_unparse */
function requestLine(request: RequestRecord): string {
  const { user, password, scheme } = request.parsedUri;
  if (password === undefined) return escapeLogItem(request.requestLine);
  const shown = `//${user}:XXXXXXXX@`;
  const usualPort = scheme === undefined ? undefined : uriPortOfScheme(scheme);
  const target = request.unparsedUri
    .replace(`//${user}:${password}@`, shown)
    .replace(/(:XXXXXXXX@(?:\[[^\]]*\]|[^/?#:\]]*)):(\d*)(?=[/?#]|$)/, (all, host: string, port: string) =>
      port === '' || Number(port) === usualPort ? host : all,
    );
  return escapeLogItem(`${request.method} ${target}${request.assBackwards ? '' : ` ${request.protocol}`}`);
}

/** httpd: log_cookie */
function cookie(name: string): LogValue {
  const wanted = name.toLowerCase();
  return (request) => {
    for (const pair of request.headersIn.get('Cookie')?.split(';') ?? []) {
      const equals = pair.indexOf('=');
      if (equals < 0 || trimBlanks(pair.slice(0, equals)).toLowerCase() !== wanted) continue;
      if (equals + 1 < pair.length) return escapeLogItem(trimBlanks(pair.slice(equals + 1)));
    }
    return undefined;
  };
}

/** httpd: log_header_out */
function headerOut(name: string): LogValue {
  const lower = name.toLowerCase();
  const header: LogValue =
    lower === 'set-cookie'
      ? ({ headersOut }) =>
          headersOut.has(name) ? escapeLogItem(headersOut.getAll(name).join(', ')) : undefined
      : ({ headersOut }) => escaped(headersOut.get(name));
  if (lower !== 'content-type') return header;
  return (request, moment) => {
    const { contentType } = request;
    return contentType === undefined
      ? header(request, moment)
      : escapeLogItem(trimBlanks(contentType.split(';', 1)[0]!));
  };
}

const userName: LogValue = ({ user }) => (user === '' ? '""' : escaped(user));

const queryString: LogValue = ({ args }) => (args === undefined ? '' : escapeLogItem(`?${args}`));

/** An argument that means nothing is shown itself. */
const shown =
  (argument: string): LogValue =>
  () =>
    argument;

const canonicalPort: LogValue = (request) =>
  String(request.server.port || (schemeOf(request) === 'https' ? 443 : 80));

function port(argument: string): LogValue {
  switch (argument.toLowerCase()) {
    case '':
    case 'canonical':
      return canonicalPort;
    case 'remote':
      return ({ clientPort }) => String(clientPort);
    case 'local':
      return ({ connection }) => String(connection.localPort);
    default:
      return shown(argument);
  }
}

function processOrThread(argument: string): LogValue {
  switch (argument.toLowerCase()) {
    case '':
    case 'pid':
      return ({ server }) => String(server.plan.world.system.processId);
    case 'tid':
      return ({ server }) => String(server.plan.world.shared.thread);
    case 'hextid':
      return ({ server }) => server.plan.world.shared.thread.toString(16);
    default:
      return shown(argument);
  }
}

function duration(argument: string): LogValue {
  switch (argument.toLowerCase()) {
    case '':
    case 's':
      return (_request, moment) => String(Math.floor(moment.durationMicroseconds / 1_000_000));
    case 'ms':
      return (_request, moment) => String(Math.floor(moment.durationMicroseconds / 1000));
    case 'us':
      return (_request, moment) => String(moment.durationMicroseconds);
    default:
      return shown(argument);
  }
}

const connectionStatus: LogValue = ({ connection, server }) => {
  if (connection.aborted) return 'X';
  const { max } = server.plan.keepAliveOf(server);
  return connection.keepalive === 'keepalive' && (max === 0 || max - connection.keepalives > 0) ? '+' : '-';
};

// httpd: modules/loggers/mod_log_config.c log_pre_config
const specifiers: Readonly<Record<string, LogSpecifier>> = {
  a: ofCurrent(client),
  A: ofCurrent(plain(({ connection }) => connection.localAddress)),
  b: ofCurrent(plain((request) => (bytesSent(request) === 0 ? '-' : String(bytesSent(request))))),
  B: ofCurrent(plain((request) => String(bytesSent(request)))),
  C: ofCurrent(cookie),
  D: ofOriginal(plain((_request, moment) => String(moment.durationMicroseconds))),
  e: ofCurrent((name) => (request) => escaped(request.env(name))),
  f: ofCurrent(plain(({ filename }) => escaped(filename))),
  h: ofCurrent(host),
  H: ofCurrent(plain(({ protocol }) => escapeLogItem(protocol))),
  i: ofCurrent(
    (name) =>
      ({ headersIn }) =>
        escaped(headersIn.get(name)),
  ),
  k: ofCurrent(plain(({ connection }) => String(Math.max(0, connection.keepalives - 1)))),
  l: ofCurrent(plain(() => undefined)),
  L: ofCurrent(plain(({ logId }) => logId)),
  m: ofCurrent(
    plain(({ method, isRequestLineUnread }) => (isRequestLineUnread ? undefined : escapeLogItem(method))),
  ),
  n: ofCurrent((name) => (request) => escaped(request.note(name))),
  o: ofCurrent(headerOut),
  p: ofCurrent(port),
  P: ofCurrent(processOrThread),
  q: ofCurrent(plain(queryString)),
  r: ofOriginal(plain(requestLine)),
  R: ofOriginal(plain(({ handlerName }) => escaped(handlerName))),
  s: ofOriginal(plain(({ status }) => (status <= 0 ? '-' : String(status)))),
  t: ofCurrent(requestTime),
  T: ofOriginal(duration),
  u: ofCurrent(plain(userName)),
  U: ofOriginal(
    plain(({ uri, isRequestLineUnread }) => (isRequestLineUnread ? undefined : escapeLogItem(uri))),
  ),
  v: ofCurrent(plain(({ server }) => escaped(server.hostname ?? server.plan.mainServer.hostname))),
  V: ofCurrent(plain((request) => escapeLogItem(serverNameOf(request)))),
  X: ofCurrent(plain(connectionStatus)),
  // Trailers are not kept: the codec drops them unless MergeTrailers makes headers of them.
  '^ti': ofCurrent(
    (name) =>
      ({ body }) =>
        escaped(body.trailers?.get(name)),
  ),
  '^to': ofCurrent(plain(() => undefined)),
};

/** The specifiers that httpd has of itself. */
export const builtInSpecifiers: readonly ProvidedName[] = Object.entries(specifiers).map(
  ([name, specifier]) => logSpecifiers.provide(name, specifier),
);
