import * as net from 'node:net';
import { HandleStream } from '../world/handle-stream.ts';
import { type SocketHandles, socketHandles, takeConnections } from '../world/socket-handles.ts';
import { type PeerStream, socketStream } from '../world/socket-stream.ts';
import { type ConnectionAddresses, Http1Connection } from './connection.ts';
import type { Engine } from './engine.ts';

/**
 * A server, yet to listen, whose connections speak HTTP/1.x with the engine's plan; `false` has node's own
 * sockets carry them.
 */
export function frontServer(
  engine: Engine,
  addressesOf?: (client: PeerStream) => ConnectionAddresses,
  handles: SocketHandles | false = socketHandles ?? false,
): net.Server {
  let port: number | undefined;
  const serve = (client: PeerStream) => {
    port ??= (server.address() as net.AddressInfo | null)?.port;
    new Http1Connection(engine, client, { port, ...addressesOf?.(client) });
  };
  const server = net.createServer({ allowHalfOpen: true }, (socket) => serve(socketStream(socket)));
  if (handles !== false) {
    server.once('listening', () =>
      takeConnections(server, (handle) => serve(new HandleStream(handles, handle, 'shared'))),
    );
  }
  return server;
}
