import type { Bytes, ConnectError, Network, Stream } from '@httpd-ts/kernel';

/** The part of a node socket that the tests of the proxy modules need. */
export interface LoopbackSocket {
  on(event: 'data', run: (bytes: Bytes) => void): unknown;
  on(event: 'end' | 'drain' | 'connect', run: () => void): unknown;
  on(event: 'error', run: (error: Error & { readonly code?: string }) => void): unknown;
  on(event: 'close', run: () => void): unknown;
  write(data: string | Uint8Array, encoding?: 'latin1'): boolean;
  readonly writableLength: number;
  cork(): void;
  uncork(): void;
  end(): void;
  destroy(): void;
  pause(): void;
  resume(): void;
}

/** True connections for a world in memory, for tests; node:net comes in by `connect`. */
export function loopbackNetwork(
  connect: (port: number, host: string) => LoopbackSocket,
): Pick<Network, 'connect' | 'resolve'> {
  return {
    resolve: (host) => Promise.resolve(/^[\d.]+$/.test(host) ? [host] : undefined),
    connect: ({ host = '127.0.0.1', port = 0 }) =>
      new Promise<Stream | ConnectError>((resolve) => {
        const socket = connect(port, host);
        let error: string | undefined;
        socket.on('error', ({ code }) => {
          error = code ?? 'EIO';
          resolve(error === 'ECONNREFUSED' ? error : 'EIO');
        });
        const stream: Stream = {
          onData: () => {},
          onEnd: () => {},
          onClose: () => {},
          onDrain: () => {},
          get pending() {
            return socket.writableLength;
          },
          write: (data) => (typeof data === 'string' ? socket.write(data, 'latin1') : socket.write(data)),
          cork: () => socket.cork(),
          uncork: () => socket.uncork(),
          keep: () => {},
          giveBack: () => {},
          end: () => socket.end(),
          destroy: () => socket.destroy(),
          pause: () => socket.pause(),
          resume: () => socket.resume(),
          localAddress: '127.0.0.1',
          localPort: 0,
          remoteAddress: host,
          remotePort: port,
        };
        socket.on('data', (bytes) => stream.onData(bytes));
        socket.on('end', () => stream.onEnd());
        socket.on('drain', () => stream.onDrain());
        socket.on('close', () => stream.onClose(error));
        socket.on('connect', () => resolve(stream));
      }),
  };
}
