import {
  DONE,
  type HookStatus,
  internalRedirectOfHandler,
  lookupFile,
  OK,
  type RequestRecord,
  runSubrequest,
} from '@httpd-ts/kernel';
import { bodySource } from '../body-source.ts';
import { acceptSizedBody, addScriptVariables } from '../core/contract.ts';
import {
  acquireConnection,
  isWorkerReady,
  type Origin,
  releaseWorkers,
  timeoutOf,
  unframed,
  type Worker,
} from '../mod_proxy/contract.ts';
import { ScgiExchange, type ScgiWish } from './scgi-exchange.ts';

/** Sends a request to an SCGI back end and answers with its answer. httpd: modules/proxy/mod_proxy_scgi.c scgi_handler */
export async function handleScgi(
  request: RequestRecord,
  worker: Worker,
  origin: Origin,
): Promise<HookStatus> {
  if (!isWorkerReady(request, worker, 'SCGI')) return 503;
  const connection = await acquireConnection({ request, worker, origin, protocol: 'SCGI' });
  if (typeof connection === 'number') {
    if (connection === 503) {
      const { hostname, port } = origin;
      request.log(
        'proxy_scgi',
        'error',
        `AH00866: failed to make connection to backend: ${hostname}:${port}`,
      );
    }
    return connection;
  }
  connection.mustClose = true;
  const accepted = acceptSizedBody(request);
  if (accepted !== OK) {
    connection.destroy();
    releaseWorkers(request);
    return accepted;
  }
  const exchange = new ScgiExchange(request, worker, connection, timeoutOf(request.server, worker));
  await addScriptVariables(request, request.filename ?? '');
  const head = headOf(request);
  worker.countTransferred(head.length);
  connection.stream.write(head);
  if (!request.body.ended) exchange.sendBody(unframed);
  exchange.begin();
  const status = await exchange.wait();
  const { wish } = exchange;
  return status === OK && wish !== undefined ? fulfil(request, wish) : status;
}

const version = 1;
const notSent = new Set(['GATEWAY_INTERFACE', 'CONTENT_LENGTH', 'SCGI']);

/** The variables as a netstring, the length of the body first. httpd: send_headers */
function headOf({ body, headersIn, subprocessEnv }: RequestRecord): string {
  // A filter may change the body's length, and the application is told the client's all the same.
  const length = body.length ?? headersIn.get('Content-Length') ?? 0;
  let content = `CONTENT_LENGTH\0${length}\0SCGI\0${version}\0`;
  subprocessEnv.forEach((name, value) => {
    if (!notSent.has(name)) content += `${name}\0${value}\0`;
  });
  return `${content.length}:${content},`;
}

/** httpd: scgi_request_status */
async function fulfil(request: RequestRecord, { kind, location }: ScgiWish): Promise<HookStatus> {
  if (kind === 'redirect') {
    request.statusLine = undefined;
    if (request.method !== 'GET' && request.method !== 'HEAD') request.method = 'GET';
    request.headersIn.unset('Content-Length');
    await internalRedirectOfHandler(location, request);
    return DONE;
  }
  const found = await lookupFile(location, request);
  if (found.status !== 200 || found.finfo === undefined) {
    request.log(
      'proxy_scgi',
      'error',
      `AH00864: Subrequest to file '${location}' not possible. (rr->status=${found.status}, rr->finfo.filetype=${found.finfo === undefined ? 0 : 1})`,
    );
    return 500;
  }
  const { status, body } = await runSubrequest(found);
  if (status === OK) {
    const source = bodySource(body, request.server.plan.world.files);
    request.output = { kind: 'source', source, length: undefined };
  }
  return OK;
}
