import type { Bytes, HookStatus, RequestRecord } from '@httpd-ts/kernel';
import {
  acquireConnection,
  type BackendConnection,
  type BackendFailure,
  type ConnectionUser,
  type Destination,
  failureTexts,
  isWorkerReady,
  type Origin,
  proxyServer,
  releaseWorkers,
  timeoutOf,
  type Worker,
} from '../mod_proxy/contract.ts';
import { AjpExchange } from './ajp-exchange.ts';
import { forwardRequest, logOverflow } from './forward-request.ts';
import { ajpErrors, logReceiveFailure } from './log-receive-failure.ts';
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
    logOverflow(request, path, size);
    const { hostname, port } = origin;
    const text = `AH00868: request failed to ${connection.address ?? hostname}:${port} (${hostname}:${port})`;
    request.log('proxy_ajp', 'error', text, ajpErrors.overflow);
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
    const destination = { request, worker, origin, protocol: 'AJP', whenFailed: logFailure };
    const connection = await acquireConnection(destination, { isFresh });
    if (typeof connection === 'number') return connection;
    const outcome = pingMs === undefined ? cpong : await ping(connection, pingMs);
    if (outcome === cpong) return connection;
    const error = logPing(request, outcome);
    connection.destroy();
    const { hostname, port } = origin;
    const place = `${connection.address ?? hostname}:${port} (${hostname}:${port})`;
    request.log('proxy_ajp', 'error', `AH00897: cping/cpong failed to ${place}`, error);
  }
  releaseWorkers(request);
  return 503;
}

function logFailure({ request, origin }: Destination): void {
  request.log('proxy_ajp', 'error', `AH00896: failed to make connection to backend: ${origin.hostname}`);
}

/** Says why a back end does not live; gives the error. httpd: modules/proxy/ajp_header.c ajp_handle_cping_cpong */
function logPing(request: RequestRecord, outcome: string | { readonly failure: BackendFailure }): string {
  const say = (text: string) => request.log('proxy_ajp', 'error', text);
  if (typeof outcome !== 'string') {
    const error = logReceiveFailure(request, outcome.failure, 'head');
    say('AH01012: ajp_handle_cping_cpong: ajp_ilink_receive failed');
    return error;
  }
  say(`AH01014: ajp_handle_cping_cpong: awaited CPONG, received ${outcome.charCodeAt(4)} `);
  return failureTexts.nonsense;
}

/** What a back end answers to a ping. */
function ping(
  connection: BackendConnection,
  timeoutMs: number,
): Promise<string | { readonly failure: BackendFailure }> {
  return new Promise((resolve) => {
    let received = '';
    const settle = (outcome: string | { readonly failure: BackendFailure }) => {
      connection.exchange = undefined;
      connection.expectNothing();
      resolve(outcome);
    };
    const user: ConnectionUser = {
      onData(bytes: Bytes) {
        received += bytes.latin1Slice();
        if (received.length >= 5) settle(received);
      },
      onEnd: () => settle({ failure: 'end' }),
      onFailure: (failure) => settle({ failure }),
      onDrain: () => {},
    };
    connection.exchange = user;
    connection.stream.write(cping);
    connection.expectData(timeoutMs);
  });
}

const cpong = `AB\0\x01${String.fromCharCode(MESSAGE.cpong)}`;
