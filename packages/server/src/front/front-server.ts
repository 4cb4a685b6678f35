import * as net from 'node:net';
import { type PeerStream, socketStream } from '../world/socket-stream.ts';
import { takeConnections } from '../world/tcp-handles.ts';
import { TcpStream } from '../world/tcp-stream.ts';
import { type ConnectionAddresses, Http1Connection } from './connection.ts';
import type { Engine } from './engine.ts';

/** A server, yet to listen, whose connections speak HTTP/1.x with the engine's plan. */
export function frontServer(
  engine: Engine,
  addressesOf?: (client: PeerStream) => ConnectionAddresses,
): net.Server {
  let port: number | undefined;
  const serve = (client: PeerStream) => {
    port ??= (server.address() as net.AddressInfo | null)?.port;
    new Http1Connection(engine, client, { port, ...addressesOf?.(client) });
  };
  const server = net.createServer({ allowHalfOpen: true }, (socket) => serve(socketStream(socket)));
  server.once('listening', () => takeConnections(server, (handle) => serve(new TcpStream(handle, 'shared'))));
  return server;
}
