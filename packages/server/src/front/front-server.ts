import * as net from 'node:net';
import { HandleStream } from '../world/handle-stream.ts';
import {
  type SocketHandles,
  type SocketName,
  socketHandles,
  type TcpHandle,
  takeConnections,
} from '../world/socket-handles.ts';
import { type PeerStream, socketStream } from '../world/socket-stream.ts';
import { type ConnectionAddresses, Http1Connection, plainAddress } from './connection.ts';
import type { Engine } from './engine.ts';
import { TlsHandshake } from './tls-handshake.ts';

/** What a listener's connections are told in place of what their sockets say. */
export interface ListenerAddresses {
  readonly local?: ConnectionAddresses['local'];
  clientOf?(client: Pick<PeerStream, 'remoteAddress'>): string | undefined;
}

/**
 * A server, yet to listen, whose connections speak HTTP/1.x with the engine's plan, inside of TLS where their address
 * has it; `false` has node's own sockets carry them.
 */
export function frontServer(
  engine: Engine,
  { local, clientOf }: ListenerAddresses = {},
  handles: SocketHandles | false = socketHandles ?? false,
): net.Server {
  let port: number | undefined;
  const addressesOf = (client: Pick<PeerStream, 'remoteAddress'>): ConnectionAddresses => {
    port ??= (server.address() as net.AddressInfo | null)?.port;
    return { port, local, client: clientOf?.(client) };
  };
  const serve = (client: PeerStream) => new Http1Connection(engine, client, addressesOf(client));

  /** Begins TLS where the address a client came to speaks it. */
  const isForTls = (address: () => string | undefined, socket: () => net.Socket): boolean => {
    if (!engine.hasTls) return false;
    port ??= (server.address() as net.AddressInfo | null)?.port;
    const place = {
      localAddress: local?.address ?? plainAddress(address()),
      localPort: local?.port ?? port ?? 0,
    };
    const settings = engine.settingsFor(place);
    const { security } = engine;
    if (settings.greeting === undefined || security === undefined) return false;
    const connected = socket();
    const addresses = addressesOf({ remoteAddress: connected.remoteAddress ?? '' });
    const ends = {
      ...place,
      clientAddress: addresses.client ?? plainAddress(connected.remoteAddress),
      clientPort: connected.remotePort ?? 0,
    };
    new TlsHandshake(engine, settings, security, connected, ends, {
      secured({ session, socket: secured, server: chosen }) {
        const tls = security.facts(session, chosen);
        new Http1Connection(engine, socketStream(secured), addresses, { tls, server: chosen });
      },
      plain(socket) {
        const stream = socketStream(socket);
        new Http1Connection(engine, stream, addresses, 'plain by mistake');
        socket.resume();
      },
    });
    return true;
  };

  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    const taken = isForTls(
      () => socket.localAddress,
      () => socket,
    );
    if (!taken) serve(socketStream(socket));
  });
  if (handles !== false) {
    server.once('listening', () =>
      takeConnections(server, (handle) => {
        const taken = isForTls(
          () => ownAddress(handle),
          () => socketOf(handle),
        );
        if (!taken) serve(new HandleStream(handles, handle, 'shared'));
      }),
    );
  }
  return server;
}

function ownAddress(handle: TcpHandle): string | undefined {
  const name: SocketName = {};
  handle.getsockname(name);
  return name.address;
}

/** Node's own socket on a connection, upon which its TLS can be put. */
function socketOf(handle: TcpHandle): net.Socket {
  const options = { handle, allowHalfOpen: true, readable: true, writable: true };
  const socket = new net.Socket(options as unknown as net.SocketConstructorOpts);
  socket.resume();
  return socket;
}
