import * as net from 'node:net';
import { type ConnectionAddresses, Http1Connection } from './connection.ts';
import type { Engine } from './engine.ts';

/** A server, yet to listen, whose connections speak HTTP/1.x with the engine's plan. */
export function frontServer(
  engine: Engine,
  addressesOf?: (socket: net.Socket) => ConnectionAddresses,
): net.Server {
  let port: number | undefined;
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    port ??= (server.address() as net.AddressInfo | null)?.port;
    new Http1Connection(engine, socket, { port, ...addressesOf?.(socket) });
  });
  return server;
}
