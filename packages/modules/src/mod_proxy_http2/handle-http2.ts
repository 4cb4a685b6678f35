import { trimBlanks } from '@httpd-ts/http1';
import type { HookStatus, RequestRecord } from '@httpd-ts/kernel';
import {
  type BodyFraming,
  isWorkerReady,
  makeBackendHead,
  type Origin,
  proxyServer,
  releaseWorkers,
  timeoutOf,
  type Worker,
} from '../mod_proxy/contract.ts';
import { Http2Exchange } from './http2-exchange.ts';
import { sessionFor } from './sessions.ts';

const body: BodyFraming = {
  write: (stream, chunk) => stream.write(chunk),
  end: (stream) => stream.end(),
};

/** Sends a request to an HTTP/2 back end, beside others on one connection. httpd: modules/http2/mod_proxy_http2.c proxy_http2_handler */
export async function handleHttp2(
  request: RequestRecord,
  worker: Worker,
  origin: Origin,
  path: string,
  isTls: boolean,
): Promise<HookStatus> {
  if (!isWorkerReady(request, worker, isTls ? 'H2' : 'H2C')) return 503;
  // What failed before anything of a body has passed is tried once more, on a connection of its own.
  for (const isFirst of [true, false]) {
    const status = await attempt(request, worker, origin, path, isTls, isFirst);
    if (status !== 'again') return status;
  }
  return 503;
}

async function attempt(
  request: RequestRecord,
  worker: Worker,
  origin: Origin,
  path: string,
  isTls: boolean,
  isFirst: boolean,
): Promise<HookStatus | 'again'> {
  const shared = await sessionFor(request, worker, origin, isTls);
  if (typeof shared === 'number') {
    releaseWorkers(request);
    return shared;
  }
  const { session, pool, sourcePort } = shared;
  request.notes.set('proxy-source-port', String(sourcePort));
  if (session.isClosed) {
    if (isFirst) return 'again';
    releaseWorkers(request);
    return 503;
  }
  const hasBody = request.main === undefined && !request.body.ended;
  const stream = session.request(fieldsFor(request, origin, path, isTls), !hasBody);
  const connection = pool.adopt(stream);
  connection.mustClose = true;
  const exchange = new Http2Exchange(request, worker, connection, timeoutOf(request.server, worker));
  const status = await new Promise<HookStatus | 'again'>((resolve) => {
    const again = () => {
      session.close();
      resolve('again');
    };
    exchange.begin(stream, isFirst && !hasBody ? again : undefined);
    if (hasBody) exchange.sendBody(body);
    void exchange.wait().then(resolve);
  });
  if (worker.parameters.disableReuse === true) session.close();
  return status;
}

/** The fields of HTTP/1.1 with their names in lower case, behind the pseudo ones. */
function fieldsFor(request: RequestRecord, origin: Origin, path: string, isTls: boolean): [string, string][] {
  const { lines, contentLength } = makeBackendHead(request, origin, path, proxyServer.of(request), {
    forces10: false,
    expects100: false,
    credentials: undefined,
  });
  const fields: [string, string][] = [];
  let authority = origin.host;
  for (const line of lines.split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const name = line.slice(0, colon).toLowerCase();
    const value = trimBlanks(line.slice(colon + 1));
    if (name === 'host') authority = value;
    else if (name !== 'connection') fields.push([name, value]);
  }
  if (contentLength !== undefined) fields.push(['content-length', contentLength]);
  return [
    [':method', request.method],
    [':scheme', isTls ? 'https' : 'http'],
    [':authority', authority],
    [':path', path],
    ...fields,
    ['te', 'trailers'],
  ];
}
