import {
  DONE,
  entryOf,
  type HookStatus,
  innerWins,
  perServer,
  type RequestRecord,
  type Stream,
} from '@httpd-ts/kernel';
import {
  connectErrors,
  type Origin,
  type ParentProxy,
  proxyError,
  proxyServer,
  releaseWorkers,
  runTunnel,
  tunnelHead,
  type Worker,
} from '../mod_proxy/contract.ts';

/** Ports, from the first to the last. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Which ports CONNECT may lead to. httpd: connect_conf */
export const connectConfig = perServer<{ allowed?: PortRange[] }>({
  create: () => ({}),
  merge: innerWins,
});

/** https and snews. */
const standardPorts: readonly PortRange[] = [
  { first: 443, last: 443 },
  { first: 563, last: 563 },
];

/** Answers CONNECT: opens a tunnel to the host and port. httpd: modules/proxy/mod_proxy_connect.c proxy_connect_handler */
export async function openTunnel(
  request: RequestRecord,
  _worker: Worker,
  origin: Origin,
  _path: string,
  parent?: ParentProxy,
): Promise<HookStatus> {
  releaseWorkers(request);
  const { port } = origin;
  const { allowed = standardPorts } = connectConfig.of(request);
  const target = parent ?? origin;
  const addresses = await request.server.plan.world.network.resolve(target.hostname);
  if (addresses === undefined) {
    const text = `AH02327: failed to resolve hostname '${target.hostname}'`;
    request.log('proxy_connect', 'error', text, connectErrors.ENOTFOUND);
    return proxyError(request, 502, `DNS lookup failure for: ${target.hostname}`);
  }
  if (!allowed.some(({ first, last }) => port >= first && port <= last)) {
    return proxyError(request, 403, 'Connect to remote machine blocked');
  }
  const backend = await connectTo(request, origin, addresses, target.port);
  if (backend === undefined) return 503;
  request.notes.set('proxy-source-port', String(backend.localPort));
  const { takeOver } = request.connection;
  if (takeOver === undefined) {
    backend.destroy();
    return 501;
  }
  const { clock } = request.server.plan.world;
  let tunnel: Promise<unknown> | undefined;
  request.connection.takeOver!((client) => {
    tunnel = runTunnel(client, backend, { clock });
    // The parent's answer is the client's, whatever it is.
    if (parent !== undefined) backend.write(tunnelHead({ request, origin }, parent));
    else client.write(established(request));
  });
  await tunnel;
  return DONE;
}

function established({ server }: RequestRecord): string {
  return `HTTP/1.0 200 Connection Established\r\nProxy-agent: ${server.plan.process.serverBanner}\r\n\r\n`;
}

/** httpd: modules/proxy/proxy_util.c ap_proxy_connect_to_backend */
async function connectTo(
  request: RequestRecord,
  { hostname }: Origin,
  addresses: readonly string[],
  port: number,
): Promise<Stream | undefined> {
  const { server } = request;
  const timeoutMs = proxyServer.at(server.config).timeoutMs ?? server.timeoutMs ?? 60_000;
  for (const address of addresses) {
    const stream = await server.plan.world.network.connect({
      host: address,
      port,
      timeoutMs,
      reusesMemory: true,
    });
    if (typeof stream !== 'string') return stream;
    const text = `AH00939: CONNECT: attempt to connect to ${address}:${port} (${hostname}) failed`;
    request.log('proxy', 'error', text, entryOf(connectErrors, stream));
  }
  return undefined;
}
