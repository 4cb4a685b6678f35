import type { Bytes, HookStatus, RequestRecord } from '@httpd-ts/kernel';
import {
  acquireConnection,
  type BackendConnection,
  type BackendFailure,
  type ConnectionUser,
  isWorkerReady,
  type Origin,
  proxyServer,
  releaseWorkers,
  timeoutOf,
  type Worker,
} from '../mod_proxy/contract.ts';
import { AjpExchange } from './ajp-exchange.ts';
import { forwardRequest } from './forward-request.ts';
import { cping, MESSAGE, messageSize } from './messages.ts';

/** Sends a request to an AJP back end and answers with its answer. httpd: modules/proxy/mod_proxy_ajp.c proxy_ajp_handler */
export async function handleAjp(
  request: RequestRecord,
  worker: Worker,
  origin: Origin,
  path: string,
): Promise<HookStatus> {
  if (!isWorkerReady(request, worker, 'AJP')) return 503;
  const connection = await connect(request, worker, origin);
  if (typeof connection === 'number') return connection;
  const size = messageSize(worker.parameters.ioBufferSize ?? proxyServer.of(request).ioBufferSize);
  const message = forwardRequest(request, path, worker.parameters.secret);
  if (message.length > size) {
    request.log('proxy_ajp', 'error', `AH00868: request failed to ${origin.hostname}:${origin.port}`);
    connection.destroy();
    releaseWorkers(request);
    return 400;
  }
  const timeoutMs = timeoutOf(request.server, worker);
  const exchange = new AjpExchange(request, worker, connection, timeoutMs, request.body, size);
  const coding = request.headersIn.get('Transfer-Encoding');
  exchange.begin(message, coding === undefined && request.main === undefined && request.body.length !== 0);
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    request.log('proxy_ajp', 'error', `AH10396: ${coding} Transfer-Encoding is not supported`);
    exchange.fail(500);
  }
  return exchange.wait();
}

/** A connection whose back end answers, where `ping=` wants to know. */
async function connect(
  request: RequestRecord,
  worker: Worker,
  origin: Origin,
): Promise<BackendConnection | HookStatus> {
  const { pingMs } = worker.parameters;
  for (const isFresh of [false, true]) {
    const connection = await acquireConnection({ request, worker, origin, protocol: 'AJP' }, { isFresh });
    if (typeof connection === 'number') {
      if (connection === 503)
        request.log(
          'proxy_ajp',
          'error',
          `AH00896: failed to make connection to backend: ${origin.hostname}`,
        );
      return connection;
    }
    if (pingMs === undefined || (await answersPing(connection, pingMs))) return connection;
    connection.destroy();
    const { hostname, port } = origin;
    request.log(
      'proxy_ajp',
      'error',
      `AH00897: cping/cpong failed to ${hostname}:${port} (${hostname}:${port})`,
    );
  }
  releaseWorkers(request);
  return 503;
}

/** httpd: modules/proxy/ajp_header.c ajp_handle_cping_cpong */
function answersPing(connection: BackendConnection, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    let received = '';
    const settle = (isAlive: boolean) => {
      connection.exchange = undefined;
      connection.expectNothing();
      resolve(isAlive);
    };
    const user: ConnectionUser = {
      onData(bytes: Bytes) {
        received += bytes.latin1Slice();
        if (received.length >= 5) settle(received === cpong);
      },
      onEnd: () => settle(false),
      onFailure: (_failure: BackendFailure) => settle(false),
      onDrain: () => {},
    };
    connection.exchange = user;
    connection.stream.write(cping);
    connection.expectData(timeoutMs);
  });
}

const cpong = `AB\0\x01${String.fromCharCode(MESSAGE.cpong)}`;
