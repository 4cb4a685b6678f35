import { trimBlanks } from '@httpd-ts/http1';
import { DONE, type HookStatus, type RequestRecord } from '@httpd-ts/kernel';
import {
  acquireConnection,
  type ConnectionFailure,
  type Destination,
  isWorkerReady,
  makeBackendHead,
  type Origin,
  proxyServer,
  releaseWorkers,
  runTunnel,
  type Worker,
} from '../mod_proxy/contract.ts';

/**
 * Sends the head of the request on, and from then on all bytes as they come: the answer is not looked at.
 * httpd: modules/proxy/mod_proxy_wstunnel.c proxy_wstunnel_request
 */
export async function tunnelWebSocket(
  request: RequestRecord,
  worker: Worker,
  origin: Origin,
  path: string,
): Promise<HookStatus> {
  const { upgrade = 'WebSocket' } = worker.parameters;
  const wanted = upgrade.toLowerCase() === 'any' ? '*' : upgrade;
  const asked = request.headersIn.get('Upgrade');
  if (asked === undefined || !includes(asked, wanted)) {
    releaseWorkers(request);
    if (asked === undefined) return 404;
    request.errHeadersOut.set('Connection', 'Upgrade');
    request.errHeadersOut.set('Upgrade', wanted);
    return 426;
  }
  if (!isWorkerReady(request, worker, origin.scheme)) return 503;
  const isTls = origin.scheme === 'wss';
  const acquired = acquireConnection(
    { request, worker, origin, protocol: isTls ? 'WSS' : 'WS', isTls, whenFailed: logFailure },
    { isFresh: true },
  );
  const connection = acquired instanceof Promise ? await acquired : acquired;
  if (typeof connection === 'number') return connection;
  connection.mustClose = true;
  const head = makeBackendHead(request, origin, path, proxyServer.at(request.server.config), {
    forces10: false,
    expects100: false,
    credentials: undefined,
  });
  let tunnel: Promise<unknown> | undefined;
  request.connection.takeOver?.((client) => {
    tunnel = runTunnel(client, connection.stream, {
      clock: request.server.plan.world.clock,
      onRead: (bytes) => worker.countRead(bytes),
      onWritten: (bytes) => worker.countTransferred(bytes),
    });
    connection.stream.write(`${head.lines}Upgrade: ${wanted}\r\nConnection: Upgrade\r\n\r\n`);
  });
  if (tunnel === undefined) {
    connection.destroy();
    releaseWorkers(request);
    return 501;
  }
  await tunnel;
  connection.letGo();
  releaseWorkers(request);
  return DONE;
}

function logFailure({ request }: Destination, failure: ConnectionFailure): void {
  if (failure.kind !== 'connect') return;
  const text = `AH02452: failed to make connection to backend: ${failure.hostname}`;
  request.log('proxy_wstunnel', 'error', text);
}

/** Whether a protocol is among those that were asked for; `*` is any. */
function includes(asked: string, wanted: string): boolean {
  return (
    wanted === '*' || asked.split(',').some((name) => trimBlanks(name).toLowerCase() === wanted.toLowerCase())
  );
}
