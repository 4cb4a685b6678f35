import { type HookStatus, OK, type RequestRecord, unescapeUrl } from '@httpd-ts/kernel';
import { acceptSizedBody, addScriptVariables } from '../core/contract.ts';
import {
  acquireConnection,
  type Destination,
  isWorkerReady,
  type Origin,
  releaseWorkers,
  timeoutOf,
  unframed,
  type Worker,
} from '../mod_proxy/contract.ts';
import { UwsgiExchange } from './uwsgi-exchange.ts';

/** Sends a request to a uwsgi back end and answers with its answer. httpd: modules/proxy/mod_proxy_uwsgi.c uwsgi_handler */
export async function handleUwsgi(
  request: RequestRecord,
  worker: Worker,
  origin: Origin,
  path: string,
): Promise<HookStatus> {
  const decoded = unescapeUrl(path);
  if (decoded.status !== undefined) {
    request.log('proxy_uwsgi', 'error', `AH10100: unable to decode uwsgi uri: ${origin.canonical}${path}`);
    releaseWorkers(request);
    return 500;
  }
  // httpd decodes the path in its place, so that SCRIPT_FILENAME has it so.
  request.filename = `proxy:${origin.canonical}${decoded.text}`;
  request.subprocessEnv.add('PATH_INFO', decoded.text.replace(/^\/+/, '/'));
  if (!isWorkerReady(request, worker, 'uwsgi')) return 503;
  const connection = await acquireConnection({
    request,
    worker,
    origin,
    protocol: 'uwsgi',
    whenFailed: logFailure,
  });
  if (typeof connection === 'number') return connection;
  connection.mustClose = true;
  const accepted = acceptSizedBody(request);
  if (accepted !== OK) {
    connection.destroy();
    releaseWorkers(request);
    return accepted;
  }
  const exchange = new UwsgiExchange(request, worker, connection, timeoutOf(request.server, worker));
  await addScriptVariables(request, request.filename ?? '');
  setScriptName(request);
  const packet = packetOf(request);
  if (packet === undefined) {
    exchange.fail(500);
    return exchange.wait();
  }
  worker.countTransferred(packet.length);
  connection.stream.write(packet);
  if (!request.body.ended) exchange.sendBody(unframed);
  exchange.begin();
  return exchange.wait();
}

function logFailure({ request, origin: { hostname, port } }: Destination): void {
  const text = `AH10101: failed to make connection to backend: ${hostname}:${port}`;
  request.log('proxy_uwsgi', 'error', text);
}

/** The script is what stands in the path before the path information; applications get credentials, too. */
function setScriptName({ headersIn, subprocessEnv }: RequestRecord): void {
  const credentials = headersIn.get('Authorization');
  if (credentials !== undefined) subprocessEnv.set('HTTP_AUTHORIZATION', credentials);
  const scriptName = subprocessEnv.get('SCRIPT_NAME');
  const pathInfo = subprocessEnv.get('PATH_INFO');
  if (scriptName === undefined || pathInfo === undefined) return;
  if (pathInfo !== '/') {
    const length = scriptName.length - pathInfo.length;
    subprocessEnv.set('SCRIPT_NAME', length < 0 ? scriptName : scriptName.slice(0, length));
  } else if (scriptName === '/') subprocessEnv.set('SCRIPT_NAME', '');
}

const littleEndian = (value: number) => String.fromCharCode(value & 255, value >> 8);
const largestPacket = 65_535;

/** The variables, each with its length before it. httpd: uwsgi_send_headers */
function packetOf(request: RequestRecord): string | undefined {
  let content = '';
  request.subprocessEnv.forEach((name, value) => {
    content += littleEndian(name.length) + name + littleEndian(value.length) + value;
  });
  if (content.length <= largestPacket) return `\0${littleEndian(content.length)}\0${content}`;
  request.log(
    'proxy_uwsgi',
    'error',
    `AH10259: can't send headers: packet size too large (${content.length})`,
  );
  return undefined;
}
