import type { Socket } from 'node:net';
import type { Bytes, Stream } from '@httpd-ts/kernel';

const nothing = () => {};

/** A node socket as the engine's byte stream. */
export class SocketStream implements Stream {
  onData: (bytes: Bytes) => void = nothing;
  onEnd: () => void = nothing;
  onClose: (error: string | undefined) => void = nothing;
  onDrain: () => void = nothing;
  private readonly socket: Socket;
  private error: string | undefined = undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => this.onData(bytes as unknown as Bytes));
    socket.on('end', () => this.onEnd());
    socket.on('drain', () => this.onDrain());
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.error = error.code ?? 'EIO';
    });
    socket.on('close', () => this.onClose(this.error));
  }

  write(data: Uint8Array | string): boolean {
    return typeof data === 'string' ? this.socket.write(data, 'latin1') : this.socket.write(data);
  }
  cork(): void {
    this.socket.cork();
  }
  uncork(): void {
    this.socket.uncork();
  }
  end(): void {
    this.socket.end();
  }
  destroy(): void {
    this.socket.destroy();
  }
  pause(): void {
    this.socket.pause();
  }
  resume(): void {
    this.socket.resume();
  }
  setTimeout(timeoutMs: number, onTimeout: () => void): void {
    this.socket.setTimeout(timeoutMs, onTimeout);
  }
  get localAddress(): string {
    return this.socket.localAddress ?? '';
  }
  get localPort(): number {
    return this.socket.localPort ?? 0;
  }
  get remoteAddress(): string {
    return this.socket.remoteAddress ?? '';
  }
  get remotePort(): number {
    return this.socket.remotePort ?? 0;
  }
}

/** Wraps a socket. Its data, end, error and close events belong to the stream from now on. */
export function socketStream(socket: Socket): SocketStream {
  return new SocketStream(socket);
}
